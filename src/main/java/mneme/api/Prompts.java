package mneme.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import org.jspecify.annotations.Nullable;

/// From messages to the token ids a model expects.
final class Prompts {
  private static final int MAX_TEMPLATES = 64;

  private final Function<String, Template> parser;
  private final Map<String, Template> parsed = new ConcurrentHashMap<>();

  Prompts(Function<String, Template> parser) {
    this.parser = parser;
  }

  /// A chat template, ready to render.
  interface Template {
    /// @throws Refusal if the template refuses the messages or takes too long
    String render(Map<String, @Nullable Object> context);
  }

  /// A conversation as the template sees it.
  ///
  /// @param variables what the request adds, such as `enable_thinking`
  record Chat(
      List<Map<String, @Nullable Object>> messages,
      List<Object> tools,
      Map<String, @Nullable Object> variables) {
    static Chat of(List<Map<String, @Nullable Object>> messages) {
      return new Chat(messages, List.of(), Map.of());
    }
  }

  /// The text of `chat`, ending where the assistant is to speak.
  String render(ServedModel model, Chat chat) {
    return render(
        model,
        model
            .chatTemplate()
            .orElseThrow(() ->
                Refusal.of(
                    "messages",
                    "model '"
                        + model.name()
                        + "' has no chat template; use /api/generate or /v1/completions")),
        chat);
  }

  String render(ServedModel model, String template, Chat chat) {
    if (!chat.tools().isEmpty() && !template.contains("tools")) {
      throw Refusal.of("tools", "\"" + model.name() + "\" does not support tools");
    }
    Map<String, @Nullable Object> context = new LinkedHashMap<>(chat.variables());
    context.put("messages", chat.messages());
    context.put("tools", chat.tools().isEmpty() ? null : chat.tools());
    context.put("documents", null);
    context.put("add_generation_prompt", true);
    context.put("bos_token", model.tokenizer().bosText());
    context.put("eos_token", model.tokenizer().eosText());
    return template(template).render(context);
  }

  private Template template(String source) {
    if (parsed.size() >= MAX_TEMPLATES) {
      parsed.clear();
    }
    return parsed.computeIfAbsent(source, parser);
  }

  /// Ids of `text`. Templates often write the BOS token themselves; it is kept once.
  static Tokens encode(ServedModel model, String text) {
    Tokens tokens = Tokens.of(model.tokenizer().encode(text, true));
    String bos = model.tokenizer().bosText();
    boolean isDoubled =
        !bos.isEmpty()
            && text.startsWith(bos)
            && tokens.length() > 1
            && tokens.at(0) == tokens.at(1);
    return isDoubled ? tokens.slice(1, tokens.length()) : tokens;
  }

  /// @throws Refusal if `tokens` is empty or longer than the model's context
  static Tokens fitting(ServedModel model, Tokens tokens) {
    if (tokens.isEmpty()) {
      throw Refusal.of("prompt", "the prompt is empty");
    }
    if (tokens.length() > model.contextTokens()) {
      throw new Refusal(ApiError.tooLong(model.name(), tokens.length(), model.contextTokens()));
    }
    return tokens;
  }
}
