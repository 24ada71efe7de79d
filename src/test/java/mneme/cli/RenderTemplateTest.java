package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mneme.SharedData;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderTemplateTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  @Test
  void everyGoldenConversationIsPrintedByteForByte() throws IOException {
    Path templates = SharedData.path("templates");
    JsonNode goldens = JSON.readTree(templates.resolve("goldens.json").toFile());
    SoftAssertions all = new SoftAssertions();
    for (var template : goldens.get("gold").properties()) {
      for (var rendering : template.getValue().properties()) {
        ObjectNode context = goldens.get("render_context").deepCopy();
        context.setAll((ObjectNode) goldens.get("cases").get(rendering.getKey()));
        Path file = folder.resolve("context.json");
        JSON.writeValue(file.toFile(), context);
        Session session =
            Session.of("template", templates.resolve(template.getKey()), "--context", file);
        JsonNode right = rendering.getValue().get("ok");
        String name = template.getKey() + ", " + rendering.getKey();
        if (right == null) {
          all.assertThat(session.status()).as(name).isEqualTo(2);
          all.assertThat(session.out()).as(name).isEmpty();
        } else {
          all.assertThat(session.out()).as(name).isEqualTo(right.asText());
        }
      }
    }
    all.assertAll();
  }

  @Test
  void whatIsWrongWithTheFilesIsSaidInOneLine() throws IOException {
    Path template = Files.writeString(folder.resolve("a.jinja"), "{{ name ");
    Path context = Files.writeString(folder.resolve("a.json"), "{\"name\": 1}");
    assertThat(Session.of("template", template, "--context", context))
        .satisfies(RenderTemplateTest::saysOneLine);
    Files.writeString(template, "{{ name }}");
    Files.writeString(context, "[1]");
    assertThat(Session.of("template", template, "--context", context))
        .satisfies(RenderTemplateTest::saysOneLine);
    assertThat(Session.of("template", folder.resolve("none"), "--context", context))
        .satisfies(RenderTemplateTest::saysOneLine);
  }

  private static void saysOneLine(Session session) {
    assertThat(session.status()).isEqualTo(2);
    assertThat(session.out()).isEmpty();
    assertThat(session.err()).startsWith("mneme: ").hasLineCount(1);
  }
}
