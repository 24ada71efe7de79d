package mneme.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import mneme.text.ChatTemplate;
import mneme.text.jinja.TemplateException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "template",
    description = {
      "Renders a Jinja chat template and prints nothing else.",
      "The context is a JSON object: messages, tools, add_generation_prompt, bos_token ...; a text"
          + " under strftime_now, such as 2026-01-15T12:00:00, fixes the time."
    })
final class RenderTemplate implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A Jinja chat template.")
  private Path template;

  @Option(
      names = "--context",
      required = true,
      paramLabel = "FILE.json",
      description = "What the template may refer to.")
  private Path context;

  @Override
  public void run() {
    JsonNode json = JsonFiles.read(context);
    if (!json.isObject()) {
      throw new WrongInputException("'" + context + "' is no JSON object");
    }
    Map<String, Object> names =
        JsonFiles.JSON.convertValue(json, new TypeReference<LinkedHashMap<String, Object>>() {});
    String source = JsonFiles.text(template);
    var out = spec.commandLine().getOut();
    try {
      out.print(ChatTemplate.parse(source).render(names));
    } catch (TemplateException | IllegalArgumentException e) {
      throw new WrongInputException("'" + template + "': " + e.getMessage());
    }
    out.flush();
  }
}
