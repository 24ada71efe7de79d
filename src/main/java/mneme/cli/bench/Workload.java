package mneme.cli.bench;

import java.net.URI;

/// What each request of a load test asks for; the same for every server.
///
/// @param server base address, before `/v1`
/// @param apiKey sent as bearer token; empty for none
/// @param promptWords words of each prompt; no two prompts share a beginning
/// @param maxTokens tokens each answer is asked to have
/// @param ignoresEnd whether the server is asked to go on after an end token, so that every answer
///   has the same length (`ignore_eos`, as vLLM, llama-server and Mneme know it)
public record Workload(
    URI server, String model, String apiKey, int promptWords, int maxTokens, boolean ignoresEnd) {
  private static final String[] WORDS = {
    "river",
    "lantern",
    "winter",
    "orchard",
    "clock",
    "garden",
    "silver",
    "story",
    "bridge",
    "window",
    "paper",
    "mountain",
    "kite",
    "village",
    "bread",
    "memory",
    "ocean",
    "candle",
    "friend",
    "letter",
    "forest",
    "music",
    "shadow",
    "apple",
    "station",
    "morning",
    "feather",
    "harbour",
    "marble",
    "thunder",
    "pencil",
    "island"
  };

  /// Prompt number `index`: the words depend on the number only.
  String prompt(int index) {
    StringBuilder prompt = new StringBuilder("Number ").append(index).append(':');
    long draw = 0x9E3779B97F4A7C15L * (index + 1);
    for (int i = 0; i < promptWords; i++) {
      draw = draw * 6364136223846793005L + 1442695040888963407L;
      prompt.append(' ').append(WORDS[(int) (draw >>> 59)]);
    }
    return prompt.toString();
  }
}
