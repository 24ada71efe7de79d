package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// From the socket to the kernels and back, with the embedded model.
class EmbeddedModelTest extends LangChainContract {
  private static final String MODEL = "mneme-tiny";
  private static final Pattern SEQUENCES =
      Pattern.compile("mneme_sequences_(?:running|waiting)\\{[^}]*} ([0-9.]+)");

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.embedded();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Override
  String model() {
    return MODEL;
  }

  @Override
  void answerAtLength() {}

  @Override
  boolean isIdle() throws Exception {
    return SEQUENCES
        .matcher(server.get("/metrics").body())
        .results()
        .allMatch(match -> Double.parseDouble(match.group(1)) == 0);
  }

  @Test
  void tellsASensibleStoryInBothDialects() throws Exception {
    String messages =
        "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me a story about Anna and a red kite.\"}]";
    JsonNode ollama =
        TestServer.json(
            server.post(
                "/api/chat",
                "{\"model\":\"mneme-tiny\",\"stream\":false,\"options\":{\"temperature\":0,"
                    + "\"num_predict\":60},"
                    + messages
                    + "}"));
    String text = ollama.get("message").get("content").textValue();
    assertThat(text).contains("Anna").hasSizeGreaterThan(100);
    assertThat(ollama.get("eval_count").intValue()).isEqualTo(60);
    assertThat(ollama.get("done_reason").textValue()).isEqualTo("length");
    JsonNode openAi =
        TestServer.json(
            server.post(
                "/v1/chat/completions",
                "{\"model\":\"mneme-tiny\",\"temperature\":0,\"max_tokens\":60," + messages + "}"));
    assertThat(openAi.get("choices").get(0).get("message").get("content").textValue())
        .isEqualTo(text);
    StringBuilder streamed = new StringBuilder();
    for (JsonNode event :
        TestServer.events(
            server.post(
                "/v1/chat/completions",
                "{\"model\":\"mneme-tiny\",\"temperature\":0,\"max_tokens\":60,\"stream\":true,"
                    + messages
                    + "}"))) {
      streamed.append(event.get("choices").get(0).get("delta").path("content").asText(""));
    }
    assertThat(streamed).hasToString(text);
  }

  /// Greedy, so that the text is the encoding's own; the model is one and is loaded once.
  @Test
  void aRequestSaysHowItsMemoryIsKept() throws Exception {
    JsonNode ollama = TestServer.json(server.post("/api/chat", kept("q8_0", 48)));
    JsonNode openAi =
        TestServer.json(
            server.post(
                "/v1/chat/completions",
                """
                {"model":"mneme-tiny","temperature":0,"max_tokens":30,"kv_cache_type":"q8_0",
                "messages":[{"role":"user","content":"What is a KV cache?"}]}\
                """));
    String text = ollama.get("message").get("content").textValue();
    assertThat(openAi.get("choices").get(0).get("message").get("content").textValue())
        .startsWith(text);
    int tokens = ollama.get("prompt_eval_count").intValue() + ollama.get("eval_count").intValue();
    assertThat(tokens).isLessThanOrEqualTo(48);
    assertThat(ollama.get("done_reason").textValue()).isEqualTo("length");
    assertThat(TestServer.json(server.get("/api/ps")).get("models")).hasSize(1);
    assertThat(server.post("/api/chat", kept("q8_0", 3)).statusCode()).isEqualTo(400);
    var unknown = server.post("/api/chat", kept("q3", 48));
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("kv_cache_type", "f32, f16, bf16, q8_0");
  }

  private static String kept(String type, int context) {
    return """
    {"model":"mneme-tiny","stream":false,"options":{"temperature":0,"num_predict":30,
    "kv_cache_type":"%s","num_ctx":%d},
    "messages":[{"role":"user","content":"What is a KV cache?"}]}\
    """
        .formatted(type, context);
  }

  /// The client sends the reply back as text and the template closes it with `<|im_end|>`; so all
  /// that is new is the last drawn token of the first turn, which was never read, and what follows.
  @Test
  void aSecondTurnReadsOnlyWhatIsNew() throws Exception {
    String long1 = "Anna has a red kite and a small dog. ".repeat(20);
    String first = "{\"role\":\"user\",\"content\":\"" + long1 + "\"}";
    JsonNode one = chat(first);
    String second =
        first
            + ",{\"role\":\"assistant\",\"content\":"
            + one.get("message").get("content")
            + "},{\"role\":\"user\",\"content\":\"What has Anna?\"}";
    JsonNode two = chat(second);
    int read = one.get("prompt_eval_count").intValue() + one.get("eval_count").intValue() - 1;
    assertThat(one.get("done_reason").textValue()).isEqualTo("length");
    assertThat(two.get("prompt_eval_count").intValue()).isGreaterThan(read);
    assertThat(two.get("prompt_cached_count").intValue())
        .as(two.get("prompt_cache_note").textValue())
        .isEqualTo(read);
  }

  /// A reply that the model ends itself is read to its last token, and the template closes it with
  /// the same end token: what is new begins there.
  @Test
  void aSecondTurnAfterAWholeReplyReadsOnlyWhatIsNew() throws Exception {
    String first = "{\"role\":\"user\",\"content\":\"Tell me a story about Anna and a red kite.\"}";
    JsonNode one = chat(first, 400);
    assertThat(one.get("done_reason").textValue()).isEqualTo("stop");
    String second =
        first
            + ",{\"role\":\"assistant\",\"content\":"
            + one.get("message").get("content")
            + "},{\"role\":\"user\",\"content\":\"What has Anna?\"}";
    JsonNode two = chat(second, 8);
    assertThat(two.get("prompt_cached_count").intValue())
        .as(two.get("prompt_cache_note").textValue())
        .isEqualTo(one.get("prompt_eval_count").intValue() + one.get("eval_count").intValue());
  }

  private static JsonNode chat(String messages) throws Exception {
    return chat(messages, 8);
  }

  private static JsonNode chat(String messages, int maxTokens) throws Exception {
    return TestServer.json(
        server.post(
            "/api/chat",
            "{\"model\":\"mneme-tiny\",\"stream\":false,\"options\":{\"temperature\":0,"
                + "\"num_predict\":"
                + maxTokens
                + "},\"messages\":["
                + messages
                + "]}"));
  }

  @Test
  void sixteenAtOnceSayWhatEachSaysAlone() throws Exception {
    List<String> alone = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      alone.add(story(i));
    }
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<CompletableFuture<String>> together = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        int number = i;
        together.add(CompletableFuture.supplyAsync(() -> storyUnchecked(number), readers));
      }
      assertThat(together.stream().map(CompletableFuture::join).toList()).isEqualTo(alone);
    }
  }

  private static String story(int number) throws Exception {
    HttpResponse<String> response =
        server.post(
            "/v1/completions",
            "{\"model\":\"mneme-tiny\",\"prompt\":\"%s\",\"max_tokens\":16,\"seed\":%d}"
                .formatted("Once upon a time. ".repeat(1 + number % 5), number));
    assertThat(response.statusCode()).isEqualTo(200);
    return TestServer.json(response).get("choices").get(0).get("text").textValue();
  }

  private static String storyUnchecked(int number) {
    try {
      return story(number);
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  @Test
  void aBiasBansATokenAndLogprobsAreProbabilities() throws Exception {
    JsonNode free = next("");
    JsonNode top = free.get("logprobs").get("content").get(0);
    double sum = 0;
    for (JsonNode other : top.get("top_logprobs")) {
      sum += Math.exp(other.get("logprob").doubleValue());
    }
    assertThat(sum).isBetween(0.5, 1.0001);
    String text = free.get("message").get("content").textValue();
    int id =
        TestServer.json(
                server.post(
                    "/tokenize",
                    "{\"model\":\"mneme-tiny\",\"add_special\":false,\"content\":"
                        + TestServer.JSON.writeValueAsString(text)
                        + "}"))
            .get("tokens")
            .get(0)
            .intValue();
    JsonNode bound = next(",\"logit_bias\":{\"" + id + "\":-100}");
    assertThat(bound.get("message").get("content").textValue()).isNotEqualTo(text);
  }

  private static JsonNode next(String more) throws Exception {
    return TestServer.json(
            server.post(
                "/v1/chat/completions",
                "{\"model\":\"mneme-tiny\",\"temperature\":0,\"max_tokens\":1,\"logprobs\":true,"
                    + "\"top_logprobs\":20,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
                    + more
                    + "}"))
        .get("choices")
        .get(0);
  }

  @Test
  void promptsBeyondTheContextAreRefused() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/v1/completions",
            "{\"model\":\"mneme-tiny\",\"prompt\":\"" + "story ".repeat(20_000) + "\"}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestServer.json(response).get("error").get("n_ctx").intValue()).isPositive();
  }

  @Test
  void aClientThatLeavesDuringPrefillStopsIt() throws Exception {
    story(1);
    String body =
        "{\"model\":\"mneme-tiny\",\"prompt\":\"" + "Anna and a dog. ".repeat(1_200) + "\"}";
    double before = counter("mneme_prefill_tokens_total");
    try (Socket socket = server.open()) {
      String head =
          "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
              .formatted(body.length());
      socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
      long deadline = System.nanoTime() + 20_000_000_000L;
      while (counter("mneme_prefill_tokens_total") < before + 64) {
        assertThat(System.nanoTime()).isLessThan(deadline);
      }
    }
    long left = System.nanoTime();
    while (!isIdle()) {
      assertThat(System.nanoTime() - left).isLessThan(5_000_000_000L);
    }
    assertThat(counter("mneme_prefill_tokens_total") - before).isLessThan(5_000);
  }

  private static double counter(String name) throws Exception {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void thePoolAddsUp() throws Exception {
    story(1);
    String metrics = server.get("/metrics").body();
    double sum = 0;
    double total = 0;
    for (String line : metrics.lines().filter(l -> l.startsWith("mneme_pool_bytes{")).toList()) {
      double bytes = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      if (line.contains("kind=\"total\"")) {
        total += bytes;
      } else {
        sum += bytes;
      }
    }
    assertThat(total).isPositive().isEqualTo(sum);
    assertThat(server.get("/health").statusCode()).isEqualTo(200);
  }
}
