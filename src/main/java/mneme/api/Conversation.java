package mneme.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the conversation of a request in the OpenAI dialect: `messages`, `tools` and what the
/// request tells the template.
final class Conversation {
  /// Variables of a template that only the server sets.
  private static final Set<String> RESERVED =
      Set.of("messages", "tools", "documents", "bos_token", "eos_token", "add_generation_prompt");

  private Conversation() {}

  /// @throws Refusal if there are no messages, or one of them is no message
  static Prompts.Chat of(Fields fields) {
    List<Map<String, @Nullable Object>> messages = Messages.openAi(fields.objects("messages"));
    if (messages.isEmpty()) {
      throw Refusal.of("messages", "messages must hold at least one message");
    }
    boolean hidesTools = fields.textIf("tool_choice").orElse("").equals("none");
    List<Object> tools = hidesTools ? List.of() : Messages.tools(fields);
    return new Prompts.Chat(messages, tools, variables(fields));
  }

  private static Map<String, @Nullable Object> variables(Fields fields) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    fields.object("chat_template_kwargs").ifPresent(given -> copy(given, variables));
    fields
        .textIf("reasoning_effort")
        .ifPresent(effort -> {
          variables.put("enable_thinking", !effort.equals("none"));
          variables.put("thinking", !effort.equals("none"));
          variables.put("reasoning_effort", effort);
        });
    return variables;
  }

  private static void copy(Fields given, Map<String, @Nullable Object> to) {
    for (String name : given.names()) {
      if (RESERVED.contains(name)) {
        throw Refusal.of(given.name(name), given.name(name) + " is set by the server");
      }
      to.put(name, Fields.plain(given.node().get(name)));
    }
  }
}
