package mneme.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mneme.text.jinja.TemplateException;
import org.jspecify.annotations.Nullable;

/// Finds out what a template can write: renders conversations that hold marked words, and looks
/// whether the words arrive.
final class CapabilityProbe {
  private static final String MARK = "probe7341";

  private final ChatTemplate template;

  CapabilityProbe(ChatTemplate template) {
    this.template = template;
  }

  TemplateCapabilities run() {
    boolean mapping = roundTrips(Map.of("city", MARK), "'" + MARK + "'");
    boolean text = !mapping && roundTrips("{\"city\": \"" + MARK + "\"}", "\\\"" + MARK);
    return new TemplateCapabilities(system(), tools(), mapping || text, text, thinks());
  }

  private boolean system() {
    return rendered(List.of(message("system", MARK), message("user", "hi")), Map.of())
        .contains(MARK);
  }

  private boolean tools() {
    return rendered(List.of(message("user", "hi")), Map.of("tools", List.of(tool(MARK))))
        .contains(MARK);
  }

  /// Whether a call's arguments and the tool's answer both arrive.
  ///
  /// @param garbled how the arguments look when the template takes them for the wrong type
  private boolean roundTrips(Object arguments, String garbled) {
    Map<String, Object> call =
        Map.of(
            "id",
            "call12345",
            "type",
            "function",
            "function",
            Map.of("name", "weather", "arguments", arguments));
    return roundTrips(call, "", garbled) || roundTrips(call, null, garbled);
  }

  private boolean roundTrips(Map<String, Object> call, @Nullable String content, String garbled) {
    Map<String, @Nullable Object> asking = new HashMap<>(message("assistant", ""));
    asking.put("content", content);
    asking.put("tool_calls", List.of(call));
    Map<String, Object> answer = new HashMap<>(message("tool", "answer" + MARK));
    answer.put("tool_call_id", "call12345");
    answer.put("name", "weather");
    String prompt =
        rendered(
            List.of(message("user", "hi"), asking, answer),
            Map.of("tools", List.of(tool("weather"))));
    int at = prompt.indexOf("answer" + MARK);
    String before = at < 0 ? "" : prompt.substring(0, at);
    return before.contains(MARK) && !before.contains(garbled);
  }

  private boolean thinks() {
    List<Map<String, Object>> conversation = List.of(message("user", "hi"));
    Map<String, Object> thoughtful = new HashMap<>(message("assistant", "yes"));
    thoughtful.put("reasoning_content", MARK);
    thoughtful.put("thinking", MARK);
    return differs(conversation, "enable_thinking", true, false)
        || differs(conversation, "thinking", true, false)
        || differs(conversation, "reasoning_effort", "low", "high")
        || rendered(List.of(message("user", "hi"), thoughtful), Map.of()).contains(MARK);
  }

  private boolean differs(
      List<Map<String, Object>> messages, String name, Object one, Object other) {
    return !rendered(messages, Map.of(name, one)).equals(rendered(messages, Map.of(name, other)));
  }

  /// The prompt, or nothing if the template refuses the conversation.
  private String rendered(
      List<? extends Map<String, ? extends @Nullable Object>> messages, Map<String, Object> more) {
    Map<String, @Nullable Object> context = new HashMap<>(more);
    context.put("messages", messages);
    context.put("add_generation_prompt", "user".equals(messages.getLast().get("role")));
    context.put("bos_token", "");
    context.put("eos_token", "");
    try {
      return template.render(context);
    } catch (TemplateException _) {
      return "";
    }
  }

  private static Map<String, Object> message(String role, String content) {
    return Map.of("role", role, "content", content);
  }

  private static Map<String, Object> tool(String name) {
    Map<String, Object> city = Map.of("type", "string", "description", "a city");
    Map<String, Object> parameters =
        Map.of("type", "object", "properties", Map.of("city", city), "required", List.of("city"));
    return Map.of(
        "type",
        "function",
        "function",
        Map.of("name", name, "description", "tells the weather", "parameters", parameters));
  }
}
