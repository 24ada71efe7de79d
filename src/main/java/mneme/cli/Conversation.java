package mneme.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// A chat with one model: what was said, and how to go on. Answers appear as they are made.
final class Conversation {
  private final Client client;
  private final PrintWriter out;
  private final ArrayNode messages = JsonFiles.JSON.createArrayNode();
  private final Map<String, JsonNode> options = new TreeMap<>();
  private String model;
  private String system = "";
  private boolean isVerbose;
  private volatile boolean isStopped;

  Conversation(Client client, String model, PrintWriter out) {
    this.client = client;
    this.model = model;
    this.out = out;
  }

  Client client() {
    return client;
  }

  String model() {
    return model;
  }

  Map<String, JsonNode> options() {
    return options;
  }

  String system() {
    return system;
  }

  /// Forgets what was said; the system message and the options stay.
  void clear() {
    messages.removeAll();
  }

  void change(String otherModel) {
    model = otherModel;
    clear();
  }

  void instruct(String systemMessage) {
    system = systemMessage;
  }

  void setVerbose(boolean verbose) {
    isVerbose = verbose;
  }

  /// Sets an option, such as `temperature`, to a number, a flag, a text, or several texts.
  void set(String option, String value) {
    options.put(option, value(value));
  }

  private static JsonNode value(String text) {
    try {
      JsonNode json = JsonFiles.JSON.readTree(text);
      if (json != null && !json.isMissingNode()) {
        return json;
      }
    } catch (com.fasterxml.jackson.core.JsonProcessingException _) {
      // not JSON, so a plain text
    }
    return JsonFiles.JSON.getNodeFactory().textNode(text);
  }

  /// Ends the answer that is being made; another thread's call.
  void stop() {
    isStopped = true;
  }

  /// Says `text` and prints the answer. What was stopped stays in the conversation as far as it
  /// came.
  void say(String text) {
    isStopped = false;
    messages.addObject().put("role", "user").put("content", text);
    StringBuilder said = new StringBuilder();
    JsonNode[] last = {JsonFiles.JSON.createObjectNode()};
    try {
      client.post("/api/chat", request(), answer(said, last));
    } catch (WrongInputException e) {
      messages.remove(messages.size() - 1);
      throw e;
    }
    out.println();
    messages.addObject().put("role", "assistant").put("content", said.toString());
    if (isVerbose) {
      report(last[0]);
    }
  }

  private Client.Answer answer(StringBuilder said, JsonNode[] last) {
    return new Client.Answer() {
      @Override
      public void accept(JsonNode line) {
        String piece = line.path("message").path("content").asText();
        said.append(piece);
        out.print(piece);
        out.flush();
        last[0] = line;
      }

      @Override
      public boolean isWanted() {
        return !isStopped;
      }
    };
  }

  private ObjectNode request() {
    ObjectNode body = JsonFiles.JSON.createObjectNode().put("model", model).put("stream", true);
    ArrayNode all = body.putArray("messages");
    if (!system.isEmpty()) {
      all.addObject().put("role", "system").put("content", system);
    }
    all.addAll(messages);
    body.putObject("options").setAll(options);
    return body;
  }

  private void report(JsonNode done) {
    out.println();
    duration("total", done.path("total_duration").asLong());
    duration("load", done.path("load_duration").asLong());
    rate("prompt", done, "prompt_eval");
    rate("answer", done, "eval");
    out.flush();
  }

  private void duration(String name, long ns) {
    out.printf(Locale.ROOT, "%-8s %10.3f ms%n", name, ns / 1e6);
  }

  private void rate(String name, JsonNode done, String key) {
    long tokens = done.path(key + "_count").asLong();
    long ns = done.path(key + "_duration").asLong();
    out.printf(
        Locale.ROOT,
        "%-8s %10.3f ms   %d tokens   %.1f tokens/s%n",
        name,
        ns / 1e6,
        tokens,
        ns == 0 ? 0 : tokens * 1e9 / ns);
  }
}
