package mneme.api;

import java.util.ArrayList;
import java.util.List;
import mneme.engine.ServedModel;

/// What a model can be asked for, read from its chat template.
record Capabilities(boolean tools, boolean thinking) {
  static Capabilities of(ServedModel model) {
    String template = model.chatTemplate().orElse("");
    return new Capabilities(
        template.contains("tools"),
        template.contains("enable_thinking")
            || template.contains("reasoning_content")
            || template.contains("</think>"));
  }

  List<String> names() {
    List<String> names = new ArrayList<>(List.of("completion"));
    if (tools) {
      names.add("tools");
    }
    if (thinking) {
      names.add("thinking");
    }
    return names;
  }
}
