package mneme.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Small templates of our own against what Python's jinja2 3.1.6 made of them, in an immutable
/// sandbox with `trim_blocks`, `lstrip_blocks` and loop controls. `python.json` holds its answers.
class PythonTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestFactory
  Stream<DynamicTest> everyTemplateRendersAsInPython() throws IOException {
    JsonNode file = JSON.readTree(PythonTest.class.getResourceAsStream("python.json"));
    Map<String, Object> context = JSON.convertValue(file.get("context"), Map.class);
    return file.get("cases")
        .valueStream()
        .map(golden ->
            DynamicTest.dynamicTest(golden.get("template").asText(), () -> check(golden, context)));
  }

  private static void check(JsonNode golden, Map<String, Object> context) {
    String source = golden.get("template").asText();
    if (golden.has("text")) {
      assertThat(render(source, context)).isEqualTo(golden.get("text").asText());
      return;
    }
    String error = golden.get("error").asText();
    TemplateException.Kind kind =
        switch (error.substring(0, error.indexOf(':'))) {
          case "TemplateSyntaxError" -> TemplateException.Kind.SYNTAX;
          case "TemplateError" -> TemplateException.Kind.RAISED;
          default -> TemplateException.Kind.FAILED;
        };
    assertThatThrownBy(() -> render(source, context))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  private static String render(String source, Map<String, Object> context) {
    return Template.parse(source).render(context, Clock.systemUTC(), Limits.DEFAULT);
  }
}
