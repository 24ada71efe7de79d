package mneme.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Messages of both dialects, as chat templates want them: maps with `role`, `content` (a string)
/// and, where given, `tool_calls` (arguments as an object), `tool_call_id`, `name`,
/// `reasoning_content`.
final class Messages {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private Messages() {}

  static List<Map<String, @Nullable Object>> ollama(List<Fields> messages) {
    return messages.stream()
        .map(message -> {
          if (!message.list("images").orElse(List.of()).isEmpty()) {
            throw Refusal.of(
                message.name("images"), "images are not supported: no model here can see");
          }
          Map<String, @Nullable Object> plain = start(message);
          plain.put("content", message.textIf("content").orElse(""));
          copy(message, "thinking", "reasoning_content", plain);
          copy(message, "tool_name", "name", plain);
          return finish(message, plain);
        })
        .toList();
  }

  static List<Map<String, @Nullable Object>> openAi(List<Fields> messages) {
    return messages.stream()
        .map(message -> {
          Map<String, @Nullable Object> plain = start(message);
          plain.put("content", content(message));
          copy(message, "reasoning_content", "reasoning_content", plain);
          copy(message, "name", "name", plain);
          return finish(message, plain);
        })
        .toList();
  }

  /// The list `tools` in plain Java, each checked to have a function with a name.
  static List<Object> tools(Fields fields) {
    return fields.objects("tools").stream()
        .map(tool -> {
          tool.object("function")
              .orElseThrow(
                  () -> Refusal.of(tool.name("function"), tool.name("function") + " is required"))
              .text("name");
          return Objects.requireNonNull(Fields.plain(tool.node()));
        })
        .toList();
  }

  /// The same messages for templates that want a tool call's arguments as JSON text.
  static List<Map<String, @Nullable Object>> withArgumentsAsText(
      List<Map<String, @Nullable Object>> messages) {
    return messages.stream().map(Messages::withArgumentsAsText).toList();
  }

  private static Map<String, @Nullable Object> withArgumentsAsText(
      Map<String, @Nullable Object> message) {
    if (!(message.get("tool_calls") instanceof List<?> calls)) {
      return message;
    }
    Map<String, @Nullable Object> plain = new LinkedHashMap<>(message);
    plain.put("tool_calls", calls.stream().map(call -> written((Map<?, ?>) call)).toList());
    return plain;
  }

  private static Map<Object, @Nullable Object> written(Map<?, ?> call) {
    Map<Object, @Nullable Object> function = new LinkedHashMap<>((Map<?, ?>) call.get("function"));
    if (!(function.get("arguments") instanceof String)) {
      function.put("arguments", Json.text(function.get("arguments")));
    }
    Map<Object, @Nullable Object> plain = new LinkedHashMap<>(call);
    plain.put("function", function);
    return plain;
  }

  private static Map<String, @Nullable Object> start(Fields message) {
    String role = message.text("role").toLowerCase(Locale.ROOT);
    if (!ROLES.contains(role)) {
      throw Refusal.of(
          message.name("role"),
          message.name("role") + " must be one of system, developer, user, assistant, tool");
    }
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    plain.put("role", role.equals("developer") ? "system" : role);
    return plain;
  }

  private static Map<String, @Nullable Object> finish(
      Fields message, Map<String, @Nullable Object> plain) {
    copy(message, "tool_call_id", "tool_call_id", plain);
    List<Map<String, @Nullable Object>> calls = new ArrayList<>();
    for (Fields call : message.objects("tool_calls")) {
      calls.add(toolCall(call));
    }
    if (!calls.isEmpty()) {
      plain.put("tool_calls", calls);
    }
    return plain;
  }

  private static Map<String, @Nullable Object> toolCall(Fields call) {
    Fields function =
        call.object("function")
            .orElseThrow(
                () -> Refusal.of(call.name("function"), call.name("function") + " is required"));
    Map<String, @Nullable Object> named = new LinkedHashMap<>();
    named.put("name", function.text("name"));
    named.put("arguments", function.value("arguments").map(Messages::arguments).orElse(Map.of()));
    Map<String, @Nullable Object> plain = new LinkedHashMap<>();
    call.textIf("id").ifPresent(id -> plain.put("id", id));
    plain.put("type", "function");
    plain.put("function", named);
    return plain;
  }

  /// OpenAI clients send arguments as JSON in a string; templates expect the object.
  private static @Nullable Object arguments(JsonNode given) {
    if (!given.isTextual()) {
      return Fields.plain(given);
    }
    try {
      JsonNode parsed = Json.MAPPER.readTree(given.textValue());
      return parsed != null && parsed.isObject() ? Fields.plain(parsed) : given.textValue();
    } catch (JsonProcessingException notJson) {
      return Fields.repaired(given.textValue());
    }
  }

  private static String content(Fields message) {
    JsonNode content = message.value("content").orElse(null);
    if (content == null) {
      return "";
    }
    if (!content.isArray()) {
      return Fields.text(content, message.name("content"));
    }
    StringBuilder text = new StringBuilder();
    for (Fields part : message.objects("content")) {
      String type = part.text("type");
      if (!type.equals("text")) {
        throw Refusal.of(
            part.name("type"), "content of type '" + type + "' is not supported, only 'text'");
      }
      text.append(part.text("text"));
    }
    return text.toString();
  }

  private static void copy(Fields from, String name, String as, Map<String, @Nullable Object> to) {
    from.textIf(name).ifPresent(value -> to.put(as, value));
  }
}
