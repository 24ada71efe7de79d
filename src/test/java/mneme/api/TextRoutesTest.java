package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TextRoutesTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void textGoesToTokensAndBack() throws Exception {
    JsonNode with =
        TestServer.json(
            server.post("/tokenize", "{\"model\":\"toy\",\"content\":\"aö<|im_end|>\"}"));
    assertThat(with.get("tokens").toString()).isEqualTo("[256,97,195,182,258]");
    assertThat(with.get("count").intValue()).isEqualTo(5);
    JsonNode without =
        TestServer.json(
            server.post(
                "/tokenize", "{\"model\":\"toy\",\"prompt\":\"ab\",\"add_special\":false}"));
    assertThat(without.get("tokens").toString()).isEqualTo("[97,98]");
    JsonNode back =
        TestServer.json(server.post("/detokenize", "{\"model\":\"toy\",\"tokens\":[97,195,182]}"));
    assertThat(back.get("content").textValue()).isEqualTo("aö");
  }

  @Test
  void templatesAreShownAsTheModelReadsThem() throws Exception {
    JsonNode rendered =
        TestServer.json(
            server.post(
                "/apply-template",
                "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"));
    assertThat(rendered.get("prompt").textValue())
        .isEqualTo("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
    assertThat(rendered.get("count").intValue()).isPositive();
  }

  @Test
  void mistakesAreNamed() throws Exception {
    assertThat(server.post("/tokenize", "{\"model\":\"toy\"}").body())
        .contains("prompt is required");
    assertThat(server.post("/detokenize", "{\"model\":\"toy\",\"tokens\":[259]}").statusCode())
        .isEqualTo(400);
    assertThat(server.post("/tokenize", "{\"model\":\"none\",\"content\":\"x\"}").statusCode())
        .isEqualTo(404);
    assertThat(server.post("/apply-template", "{\"model\":\"toy\"}").statusCode()).isEqualTo(400);
  }
}
