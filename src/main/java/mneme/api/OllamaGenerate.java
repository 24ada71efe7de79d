package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.jspecify.annotations.Nullable;

/// `POST /api/generate`: text after a prompt. The prompt goes through the chat template as one user
/// message, unless `raw` is set or the model has no template.
final class OllamaGenerate implements Route.Handler {
  private final Site site;
  private final Generations generations;

  OllamaGenerate(Site site, Generations generations) {
    this.site = site;
    this.generations = generations;
  }

  @Override
  public CompletionStage<HttpResponse> handle(Exchange exchange) {
    OllamaCall call = OllamaCall.of(site, generations, exchange, OllamaReply.Shape.GENERATE);
    Fields fields = call.fields();
    refuse(fields);
    return call.withModel(loaded -> {
      Tokens before = context(fields, loaded.model());
      String prompt = fields.textIf("prompt").orElse("");
      if (prompt.isEmpty() && before.isEmpty()) {
        return call.loadOnly(loaded);
      }
      boolean isRaw = fields.flag("raw", false);
      ServedModel model = loaded.model();
      Prompt whole =
          isRaw
              ? Prompt.plain(Prompts.encode(model, prompt))
              : Prompt.rendered(model, rendered(call, model, prompt));
      return call.generate(loaded, whole.after(before), !isRaw);
    });
  }

  private void refuse(Fields fields) {
    if (!fields.list("images").orElse(List.of()).isEmpty()) {
      throw Refusal.of("images", "images are not supported: no model here can see");
    }
    if (!fields.textIf("suffix").orElse("").isEmpty()) {
      throw Refusal.of(
          "suffix", "\"" + fields.textIf("model").orElse("") + "\" does not support insert");
    }
    if (!fields.textIf("template").orElse("").isEmpty() && !site.settings().requestTemplates()) {
      throw Refusal.of(
          "template",
          "templates in requests are off; write the whole prompt yourself and set raw, or set"
              + " mneme.http.request-templates and send a Jinja template");
    }
    if (fields.flag("raw", false) && (fields.has("template") || fields.has("context"))) {
      throw Refusal.of("raw", "raw mode does not support template, system, or context");
    }
  }

  private String rendered(OllamaCall call, ServedModel model, String prompt) {
    Fields fields = call.fields();
    String system = fields.textIf("system").orElse("");
    String template =
        fields.textIf("template").filter(t -> !t.isEmpty()).or(model::chatTemplate).orElse("");
    if (template.isEmpty()) {
      return system.isEmpty() ? prompt : system + "\n\n" + prompt;
    }
    List<Map<String, @Nullable Object>> messages = new ArrayList<>();
    if (!system.isEmpty()) {
      messages.add(message("system", system));
    }
    messages.add(message("user", prompt));
    return site.prompts()
        .render(
            model,
            template,
            new Prompts.Chat(messages, List.of(), new LinkedHashMap<>(call.thinking(model))));
  }

  private static Map<String, @Nullable Object> message(String role, String content) {
    Map<String, @Nullable Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }

  private static Tokens context(Fields fields, ServedModel model) {
    List<JsonNode> given = fields.list("context").orElse(List.of());
    int[] ids = new int[given.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) Fields.whole(given.get(i), "context", 0, model.tokenizer().vocabulary() - 1);
    }
    return Tokens.of(ids);
  }
}
