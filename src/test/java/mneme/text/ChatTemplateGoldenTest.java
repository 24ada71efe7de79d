package mneme.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.text.jinja.TemplateException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Real chat templates against what Python's jinja2 3.1.6 renders, set up as transformers does.
class ChatTemplateGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> everyTemplateRendersAsInPython() throws IOException {
    JsonNode goldens = JSON.readTree(Files.readString(SharedData.path("templates/goldens.json")));
    return goldens
        .get("gold")
        .propertyStream()
        .flatMap(template ->
            template
                .getValue()
                .propertyStream()
                .map(golden ->
                    DynamicTest.dynamicTest(
                        template.getKey() + ", " + golden.getKey(),
                        () -> check(template.getKey(), golden, goldens))));
  }

  private static void check(String name, Map.Entry<String, JsonNode> golden, JsonNode goldens)
      throws IOException {
    ChatTemplate template =
        ChatTemplate.parse(Files.readString(SharedData.path("templates/" + name)));
    Map<String, Object> context = new HashMap<>();
    context.putAll(JSON.convertValue(goldens.get("render_context"), Map.class));
    context.putAll(JSON.convertValue(goldens.get("cases").get(golden.getKey()), Map.class));
    JsonNode wanted = golden.getValue();
    if (wanted.has("ok")) {
      assertThat(template.render(context)).isEqualTo(wanted.get("ok").asText());
      return;
    }
    String error = wanted.get("err").asText();
    assertThatThrownBy(() -> template.render(context))
        .isInstanceOfSatisfying(TemplateException.class, e -> checkRefusal(e, error));
  }

  private static void checkRefusal(TemplateException refusal, String python) {
    if (python.startsWith("TemplateError: ")) {
      assertThat(refusal.kind()).isEqualTo(TemplateException.Kind.RAISED);
      assertThat(refusal).hasMessage(python.substring("TemplateError: ".length()));
    } else {
      assertThat(refusal.kind()).isEqualTo(TemplateException.Kind.FAILED);
    }
  }
}
