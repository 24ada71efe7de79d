package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PlanRoutesTest {
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
  void bytesByKindForEachDevice() throws Exception {
    JsonNode plan =
        TestServer.json(server.post("/api/plan", "{\"model\":\"toy\",\"ctx\":100,\"users\":3}"));
    assertThat(plan.get("loaded").booleanValue()).isTrue();
    JsonNode host = plan.get("devices").get(0);
    assertThat(host.get("bytes").toString())
        .isEqualTo(
            "{\"free\":9000,\"weights\":1000,\"scratch\":500,\"pool\":4096,\"checkpoints\":1024}");
    assertThat(host.get("lengths").get(0).toString())
        .isEqualTo(
            "{\"tokens\":100,\"pages\":[2048],\"states\":64,\"bytes\":2112,\"peak\":2560,\"sequences\":1}");
    assertThat(host.get("asked").get("users").intValue()).isEqualTo(3);
    assertThat(plan.get("devices").get(1).get("because").textValue()).isEqualTo("it is too small");
    assertThat(plan.get("groups").toString())
        .isEqualTo("[{\"page_bytes\":512,\"layers\":2,\"window\":0}]");
  }

  @Test
  void mistakesAreNamed() throws Exception {
    assertThat(server.post("/api/plan", "{}").body()).contains("model is required");
    assertThat(server.post("/api/plan", "{\"model\":\"toy\",\"ctx\":0}").body())
        .contains("ctx must be an integer from 1");
    assertThat(server.post("/api/plan", "{\"model\":\"none\"}").statusCode()).isEqualTo(404);
  }
}
