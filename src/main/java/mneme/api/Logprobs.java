package mneme.api;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mneme.engine.Event;
import mneme.text.Tokenizer;

/// Writes log probabilities as JSON. A probability of zero is written as -9999, since JSON has no
/// infinity.
record Logprobs(Tokenizer tokenizer) {
  private static final double LEAST = -9999;

  /// `[{"token", "logprob", "bytes", "top_logprobs": [...]}, ...]`
  StringBuilder list(List<Event.Token> tokens, StringBuilder to) {
    to.append('[');
    for (int i = 0; i < tokens.size(); i++) {
      Event.Token token = tokens.get(i);
      open(token.id(), token.logprob(), i == 0 ? to : to.append(','));
      to.append(",\"top_logprobs\":[");
      for (int j = 0; j < token.top().size(); j++) {
        Event.Alternative other = token.top().get(j);
        open(other.id(), other.logprob(), j == 0 ? to : to.append(',')).append('}');
      }
      to.append("]}");
    }
    return to.append(']');
  }

  /// The older shape: one list for each of text, probability and alternatives.
  StringBuilder columns(List<Event.Token> tokens, StringBuilder to) {
    to.append("{\"tokens\":[");
    for (int i = 0; i < tokens.size(); i++) {
      Json.quote(text(tokens.get(i).id()), i == 0 ? to : to.append(','));
    }
    to.append("],\"token_logprobs\":[");
    for (int i = 0; i < tokens.size(); i++) {
      to.append(i == 0 ? "" : ",").append(finite(tokens.get(i).logprob()));
    }
    to.append("],\"top_logprobs\":[");
    for (int i = 0; i < tokens.size(); i++) {
      alternatives(tokens.get(i).top(), i == 0 ? to : to.append(','));
    }
    return to.append("]}");
  }

  private void alternatives(List<Event.Alternative> top, StringBuilder to) {
    Map<String, Double> byText = new LinkedHashMap<>();
    top.forEach(other -> byText.putIfAbsent(text(other.id()), finite(other.logprob())));
    to.append('{');
    byText.forEach((text, logprob) -> {
      if (to.charAt(to.length() - 1) != '{') {
        to.append(',');
      }
      Json.quote(text, to).append(':').append((double) logprob);
    });
    to.append('}');
  }

  private String text(int id) {
    return new String(tokenizer.bytes(id), StandardCharsets.UTF_8);
  }

  private static double finite(double logprob) {
    return logprob >= LEAST ? logprob : LEAST;
  }

  private StringBuilder open(int id, double logprob, StringBuilder to) {
    byte[] bytes = tokenizer.bytes(id);
    Json.quote(new String(bytes, StandardCharsets.UTF_8), to.append("{\"token\":"));
    to.append(",\"logprob\":").append(finite(logprob)).append(",\"bytes\":[");
    for (int i = 0; i < bytes.length; i++) {
      to.append(i == 0 ? "" : ",").append(bytes[i] & 0xFF);
    }
    return to.append(']');
  }
}
