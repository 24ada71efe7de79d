package mneme.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import mneme.engine.ServedModel;
import mneme.memory.Tokens;
import mneme.text.ChatTemplate;
import mneme.text.TemplateCapabilities;
import mneme.text.jinja.TemplateException;
import org.jspecify.annotations.Nullable;

/// From messages to the token ids a model expects. Keeps the templates it has parsed.
final class Prompts {
  private static final int MAX_TEMPLATES = 64;
  private static final TemplateCapabilities NONE =
      new TemplateCapabilities(false, false, false, false, false);

  private final Map<String, ChatTemplate> parsed = new ConcurrentHashMap<>();

  /// A conversation as the template sees it.
  ///
  /// @param variables what the request adds, such as `enable_thinking`
  record Chat(
      List<Map<String, @Nullable Object>> messages,
      List<Object> tools,
      Map<String, @Nullable Object> variables) {}

  /// The text of `chat`, ending where the assistant is to speak.
  ///
  /// @throws Refusal if the model has no template, or its template refuses the conversation
  String render(ServedModel model, Chat chat) {
    if (model.chatTemplate().isEmpty()) {
      throw Refusal.of(
          "messages",
          "model '"
              + model.name()
              + "' has no chat template; use /api/generate or /v1/completions");
    }
    return render(model, model.chatTemplate().get(), chat);
  }

  String render(ServedModel model, String source, Chat chat) {
    try {
      ChatTemplate template = template(source);
      if (!chat.tools().isEmpty() && !template.capabilities().tools()) {
        throw Refusal.of("tools", "\"" + model.name() + "\" does not support tools");
      }
      return template.render(context(model, suited(template, chat)));
    } catch (TemplateException refused) {
      throw refusal(model, refused);
    }
  }

  /// What the model's template can write; nothing, if it has none or a broken one.
  TemplateCapabilities capabilities(ServedModel model) {
    try {
      return model.chatTemplate().map(source -> template(source).capabilities()).orElse(NONE);
    } catch (TemplateException broken) {
      return NONE;
    }
  }

  /// The capabilities in Ollama's words.
  List<String> capabilityNames(ServedModel model) {
    TemplateCapabilities known = capabilities(model);
    List<String> names = new ArrayList<>(List.of("completion"));
    if (known.tools()) {
      names.add("tools");
    }
    if (known.thinking()) {
      names.add("thinking");
    }
    return names;
  }

  private static Map<String, @Nullable Object> context(ServedModel model, Chat chat) {
    Map<String, @Nullable Object> context = new LinkedHashMap<>(chat.variables());
    context.put("messages", chat.messages());
    context.put("tools", chat.tools().isEmpty() ? null : chat.tools());
    context.put("add_generation_prompt", true);
    context.put("bos_token", model.tokenizer().bosText());
    context.put("eos_token", model.tokenizer().eosText());
    return context;
  }

  private static Chat suited(ChatTemplate template, Chat chat) {
    return template.capabilities().argumentsAsText()
        ? new Chat(Messages.withArgumentsAsText(chat.messages()), chat.tools(), chat.variables())
        : chat;
  }

  private static Refusal refusal(ServedModel model, TemplateException refused) {
    String message = String.valueOf(refused.getMessage());
    return switch (refused.kind()) {
      case RAISED -> Refusal.of("messages", message);
      case FAILED, LIMIT ->
          Refusal.of(
              "messages",
              "the chat template of model '%s' cannot write this conversation: %s"
                  .formatted(model.name(), message));
      case SYNTAX ->
          Refusal.of(
              "model",
              "the chat template of model '%s' is broken: %s; use /api/generate with raw or /v1/completions"
                  .formatted(model.name(), message));
    };
  }

  private ChatTemplate template(String source) {
    if (parsed.size() >= MAX_TEMPLATES) {
      parsed.clear();
    }
    return parsed.computeIfAbsent(source, ChatTemplate::parse);
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

  /// Checks that a prompt of these tokens can be served.
  ///
  /// @throws Refusal if `tokens` is empty or longer than the model's context
  static void checkFits(ServedModel model, Tokens tokens) {
    if (tokens.isEmpty()) {
      throw Refusal.of("prompt", "the prompt is empty");
    }
    if (tokens.length() > model.contextTokens()) {
      throw new Refusal(ApiError.tooLong(model.name(), tokens.length(), model.contextTokens()));
    }
  }
}
