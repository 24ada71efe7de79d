package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import mneme.engine.Completion;
import mneme.engine.Event;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OllamaTest {
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = new TestServer();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void greet() {
    server.engine.script = ScriptedEngine::greeting;
  }

  @Test
  void rootSaysWhatClientsLookFor() throws Exception {
    assertThat(server.get("/").body()).isEqualTo("Ollama is running");
    HttpResponse<String> head =
        server.send(server.request("/").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("server").orElse("")).startsWith("mneme");
  }

  @Test
  void versionIsRecentEnoughForClients() throws Exception {
    String[] version =
        TestServer.json(server.get("/api/version")).get("version").textValue().split("\\.");
    assertThat(Integer.parseInt(version[0]) * 100 + Integer.parseInt(version[1]))
        .isGreaterThanOrEqualTo(33);
  }

  @Test
  void tagsListEveryModel() throws Exception {
    JsonNode models = TestServer.json(server.get("/api/tags")).get("models");
    assertThat(models).hasSize(3);
    JsonNode toy = models.get(0);
    assertThat(toy.get("name").textValue()).isEqualTo("toy:latest");
    assertThat(toy.get("model").textValue()).isEqualTo("toy:latest");
    assertThat(toy.get("size").longValue()).isEqualTo(1_000);
    assertThat(toy.get("digest").textValue()).hasSize(64);
    assertThat(toy.get("modified_at").textValue())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}\\+00:00");
    JsonNode details = toy.get("details");
    assertThat(details.get("format").textValue()).isEqualTo("gguf");
    assertThat(details.get("family").textValue()).isEqualTo("toy");
    assertThat(details.get("families").get(0).textValue()).isEqualTo("toy");
    assertThat(details.get("parameter_size").textValue()).isEqualTo("3.76M");
    assertThat(details.get("quantization_level").textValue()).isEqualTo("Q8_0");
    assertThat(details.get("context_length").intValue()).isEqualTo(2_048);
    assertThat(details.get("embedding_length").intValue()).isEqualTo(8);
    assertThat(toy.get("capabilities").toString()).isEqualTo("[\"completion\"]");
    assertThat(models.get(2).get("capabilities").toString())
        .isEqualTo("[\"completion\",\"tools\",\"thinking\"]");
  }

  @Test
  void psListsLoadedModels() throws Exception {
    JsonNode toy = TestServer.json(server.get("/api/ps")).get("models").get(0);
    assertThat(toy.get("name").textValue()).isEqualTo("toy:latest");
    assertThat(toy.get("expires_at").textValue()).isEqualTo("2026-11-23T20:00:00.000000+00:00");
    assertThat(toy.get("size_vram").longValue()).isEqualTo(4_096);
    assertThat(toy.get("context_length").intValue()).isEqualTo(2_048);
  }

  @Test
  void showTellsTemplateMetadataAndCapabilities() throws Exception {
    JsonNode brief = TestServer.json(server.post("/api/show", "{\"name\":\"toy:latest\"}"));
    assertThat(brief.get("template").textValue()).isEqualTo(ScriptedEngine.CHATML);
    assertThat(brief.get("details").get("family").textValue()).isEqualTo("toy");
    assertThat(brief.get("model_info").get("toy.embedding_length").intValue()).isEqualTo(8);
    assertThat(brief.get("model_info").get("toy.list").isNull()).isTrue();
    assertThat(brief.get("capabilities").get(0).textValue()).isEqualTo("completion");
    JsonNode verbose =
        TestServer.json(server.post("/api/show", "{\"model\":\"toy\",\"verbose\":true}"));
    assertThat(verbose.get("model_info").get("toy.list")).hasSize(100);
  }

  @Test
  void chatStreamsALineForEachPieceAndStatisticsLast() throws Exception {
    HttpResponse<String> response = server.post("/api/chat", chat(""));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/x-ndjson");
    List<JsonNode> lines = TestServer.lines(response);
    assertThat(lines).hasSize(5);
    StringBuilder text = new StringBuilder();
    for (JsonNode line : lines.subList(0, 4)) {
      assertThat(line.get("model").textValue()).isEqualTo("toy");
      assertThat(line.get("done").booleanValue()).isFalse();
      assertThat(line.get("message").get("role").textValue()).isEqualTo("assistant");
      text.append(line.get("message").get("content").textValue());
    }
    assertThat(text).hasToString("Hello, wörld!");
    JsonNode last = lines.getLast();
    assertThat(last.get("done").booleanValue()).isTrue();
    assertThat(last.get("done_reason").textValue()).isEqualTo("stop");
    assertThat(last.get("message").get("content").textValue()).isEmpty();
    int prompt = server.engine.last().prompt().length();
    assertThat(last.get("prompt_eval_count").intValue()).isEqualTo(prompt);
    assertThat(last.get("prompt_eval_duration").longValue()).isEqualTo(3);
    assertThat(last.get("eval_count").intValue()).isEqualTo(4);
    assertThat(last.get("eval_duration").longValue()).isEqualTo(4);
    assertThat(last.get("prompt_cached_count").intValue()).isEqualTo(prompt / 2);
    assertThat(last.get("prompt_cache_note").textValue()).isEqualTo("first of its kind");
    assertThat(last.get("total_duration").longValue()).isPositive();
    assertThat(last.get("load_duration").longValue()).isPositive();
    assertThat(server.engine.lastPrompt())
        .isEqualTo("<s><|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void chatAnswersWholeWhenAsked() throws Exception {
    HttpResponse<String> response = server.post("/api/chat", chat(",\"stream\":false"));
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    JsonNode whole = TestServer.json(response);
    assertThat(whole.get("message").get("content").textValue()).isEqualTo("Hello, wörld!");
    assertThat(whole.get("done").booleanValue()).isTrue();
    assertThat(whole.get("eval_count").intValue()).isEqualTo(4);
  }

  @Test
  void generateRendersThePromptAndGivesContextBack() throws Exception {
    JsonNode whole =
        TestServer.json(
            server.post(
                "/api/generate",
                "{\"model\":\"toy\",\"prompt\":\"hi\",\"system\":\"be kind\",\"stream\":false}"));
    assertThat(whole.get("response").textValue()).isEqualTo("Hello, wörld!");
    assertThat(server.engine.lastPrompt())
        .isEqualTo(
            "<s><|im_start|>system\nbe kind<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n"
                + "<|im_start|>assistant\n");
    int prompt = server.engine.last().prompt().length();
    assertThat(whole.get("context")).hasSize(prompt + 4);
    String again =
        "{\"model\":\"toy\",\"prompt\":\"more\",\"stream\":false,\"context\":"
            + whole.get("context")
            + "}";
    server.post("/api/generate", again);
    assertThat(server.engine.last().prompt().slice(0, prompt).toArray())
        .isEqualTo(
            server.engine.completions.get(server.engine.completions.size() - 2).prompt().toArray());
  }

  @Test
  void rawPromptsStayAsTheyAre() throws Exception {
    List<JsonNode> lines =
        TestServer.lines(
            server.post("/api/generate", "{\"model\":\"toy\",\"prompt\":\"a b\",\"raw\":true}"));
    assertThat(server.engine.lastPrompt()).isEqualTo("<s>a b");
    assertThat(lines.getLast().has("context")).isFalse();
    assertThat(lines.getFirst().get("response").textValue()).isEqualTo("Hello");
  }

  @Test
  void modelsWithoutATemplateTakePromptsButNoChats() throws Exception {
    server.post("/api/generate", "{\"model\":\"bare\",\"prompt\":\"Once\",\"stream\":false}");
    assertThat(server.engine.lastPrompt()).isEqualTo("<s>Once");
    HttpResponse<String> refused =
        server.post("/api/chat", chat("").replace("\"toy\"", "\"bare\""));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("no chat template");
  }

  @Test
  void optionsReachTheSampler() throws Exception {
    server.post(
        "/api/chat",
        chat(
            """
            ,"stream":false,"options":{"temperature":0.5,"top_k":7,"top_p":0.8,"min_p":0.1,
            "typical_p":0.7,"repeat_last_n":9,"repeat_penalty":1.1,"presence_penalty":0.2,
            "frequency_penalty":0.3,"seed":42,"num_predict":2,"stop":["x","yy"],
            "num_ctx":512,"kv_cache_type":"Q8_0","mirostat":1,"no_such_option":[1]}\
            """));
    Sampling sampling = server.engine.last().sampling();
    assertThat(sampling)
        .isEqualTo(
            new Sampling(0.5f, 7, 0.8f, 0.1f, 0.7f, 9, 1.1f, 0.2f, 0.3f, 42, java.util.Map.of()));
    assertThat(server.engine.last().maxTokens()).contains(2);
    assertThat(server.engine.last().stops()).containsExactly("x", "yy");
    assertThat(server.engine.last().memory())
        .isEqualTo(
            new Completion.Memory(Optional.of(512), Optional.of(KvEncoding.both(Encoding.Q8_0))));
  }

  @Test
  void withoutOptionsOllamasDefaultsHoldAndTheSeedIsByChance() throws Exception {
    server.post("/api/chat", chat(",\"options\":{\"seed\":-1,\"num_predict\":-1,\"stop\":[]}"));
    Sampling first = server.engine.last().sampling();
    assertThat(first).isEqualTo(Sampling.defaults(first.seed()));
    assertThat(server.engine.last().maxTokens()).isEmpty();
    server.post("/api/chat", chat(""));
    assertThat(server.engine.last().sampling().seed()).isNotEqualTo(first.seed());
  }

  @Test
  void aLimitEndsWithLength() throws Exception {
    JsonNode whole =
        TestServer.json(
            server.post("/api/chat", chat(",\"stream\":false,\"options\":{\"num_predict\":1}")));
    assertThat(whole.get("done_reason").textValue()).isEqualTo("length");
    assertThat(whole.get("message").get("content").textValue()).isEqualTo("Hello");
  }

  @Test
  void logprobsComeWithAlternatives() throws Exception {
    JsonNode first =
        TestServer.lines(server.post("/api/chat", chat(",\"logprobs\":true,\"top_logprobs\":2")))
            .getFirst();
    JsonNode token = first.get("logprobs").get(0);
    assertThat(token.get("token").textValue()).isEqualTo("a");
    assertThat(token.get("logprob").doubleValue()).isEqualTo(-0.25);
    assertThat(token.get("bytes").get(0).intValue()).isEqualTo('a');
    assertThat(token.get("top_logprobs")).hasSize(2);
    assertThat(token.get("top_logprobs").get(1).get("logprob").doubleValue()).isEqualTo(-9999);
  }

  @Test
  void emptyPromptsLoadAndUnload() throws Exception {
    JsonNode load =
        TestServer.json(
            server.post(
                "/api/generate", "{\"model\":\"toy\",\"keep_alive\":\"90s\",\"stream\":false}"));
    assertThat(load.get("done_reason").textValue()).isEqualTo("load");
    assertThat(server.engine.loads.getLast()).isEqualTo("toy PT1M30S");
    JsonNode unload =
        TestServer.lines(
                server.post("/api/chat", "{\"model\":\"toy\",\"messages\":[],\"keep_alive\":0}"))
            .getLast();
    assertThat(unload.get("done_reason").textValue()).isEqualTo("unload");
    assertThat(server.engine.loads.getLast()).isEqualTo("toy PT0S");
  }

  @Test
  void keepAliveOfZeroUnloadsAfterTheAnswer() throws Exception {
    server.post("/api/chat", chat(",\"keep_alive\":0"));
    assertThat(TestServer.until(() -> server.engine.loads.getLast().equals("toy PT0S"), 2_000))
        .isNotNegative();
    assertThat(server.engine.loads.get(server.engine.loads.size() - 2)).isEqualTo("toy");
  }

  @ParameterizedTest
  @CsvSource({
    "300,PT5M",
    "-1,PT-1S",
    "\"5m\",PT5M",
    "\"1h30m\",PT1H30M",
    "\"-5m\",PT-1S",
    "1.5,PT1.5S"
  })
  void keepAliveTakesSecondsAndDurations(String given, String wanted) throws Exception {
    server.post("/api/generate", "{\"model\":\"toy\",\"keep_alive\":" + given + "}");
    assertThat(server.engine.loads.getLast()).isEqualTo("toy " + wanted);
  }

  @Test
  void thinkReachesTheTemplateOrIsRefused() throws Exception {
    HttpResponse<String> refused = server.post("/api/chat", chat(",\"think\":true"));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(TestServer.json(refused).get("error").textValue())
        .isEqualTo("\"toy\" does not support thinking");
    assertThat(server.post("/api/chat", chat(",\"think\":false")).statusCode()).isEqualTo(200);
    assertThat(
            server
                .post("/api/chat", chat(",\"think\":\"high\"").replace("\"toy\"", "\"thinker\""))
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void toolsNeedATemplateThatKnowsThem() throws Exception {
    String tools =
        ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{}}}]";
    HttpResponse<String> refused = server.post("/api/chat", chat(tools));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("does not support tools");
    assertThat(server.post("/api/chat", chat(tools).replace("\"toy\"", "\"thinker\"")).statusCode())
        .isEqualTo(200);
    assertThat(server.post("/api/chat", chat(",\"tools\":[]")).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/chat|{\"model\":\"none\",\"messages\":[]}|404|model 'none' not found",
        "/api/show|{\"model\":\"none\"}|404|model 'none' not found",
        "/api/chat|{\"messages\":[]}|400|model is required",
        "/api/chat|{\"model\":\"toy\",\"messages\":\"hi\"}|400|messages must be a list, not \"hi\"",
        "/api/chat|{\"model\":\"toy\",\"messages\":[{\"content\":\"x\"}]}|400|messages[0].role is required",
        "/api/chat|{\"model\":\"toy\",\"messages\":[{\"role\":\"king\"}]}|400|messages[0].role must be one of",
        "/api/chat|{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":7}]}|400|messages[0].content must be a string, not 7",
        "/api/chat|{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"refuse me\"}]}|400|not to my taste",
        "/api/chat|{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"images\":[\"AAAA\"]}]}|400|images are not supported",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"images\":[\"AAAA\"]}|400|images are not supported",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"suffix\":\"y\"}|400|\"toy\" does not support insert",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"format\":\"json\"}|400|format is not supported",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"template\":\"{{ .Prompt }}\"}|400|templates in requests are off",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"context\":[999]}|400|context must be an integer from 0 to 258, not 999",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"keep_alive\":\"soon\"}|400|keep_alive must be",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"options\":{\"temperature\":\"hot\"}}|400|option \"temperature\" must be of type float32",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"options\":{\"top_k\":\"x\"}}|400|option \"top_k\" must be of type integer",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"options\":{\"stop\":1}}|400|option \"stop\" must be of type array",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"options\":{\"stop\":[1]}}|400|option \"stop\" must be of an array of strings",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"options\":{\"temperature\":-1}}|400|option \"temperature\" must be from 0.0 to 100.0",
        "/api/generate|{\"model\":\"toy\",\"prompt\":\"x\",\"options\":{\"temperature\":1e400}}|400|option \"temperature\" must be from",
        "/api/chat|{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"top_logprobs\":21}|400|top_logprobs must be an integer from 0 to 20, not 21",
      })
  void mistakesAreNamed(String path, String body, int status, String words) throws Exception {
    HttpResponse<String> response = server.post(path, body);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(TestServer.json(response).get("error").textValue()).contains(words);
  }

  @Test
  void promptsBeyondTheContextAreRefusedWithBothNumbers() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/api/generate",
            "{\"model\":\"toy\",\"raw\":true,\"prompt\":\"" + "x".repeat(3_000) + "\"}");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestServer.json(response).get("error").textValue())
        .contains("exceed_context_size", "3001", "2048");
  }

  @Test
  void failuresBeforeTheFirstWordHaveTheirStatus() throws Exception {
    for (Event.Failure failure : Event.Failure.values()) {
      server.engine.script = _ -> Source.single(new Event.Failed(failure, "so it is"));
      int wanted =
          switch (failure) {
            case NO_SUCH_MODEL -> 404;
            case BAD_REQUEST, NEVER_FITS -> 400;
            case BUSY -> 503;
            case INTERNAL -> 500;
          };
      for (String stream : List.of("true", "false")) {
        HttpResponse<String> response = server.post("/api/chat", chat(",\"stream\":" + stream));
        assertThat(response.statusCode()).isEqualTo(wanted);
        assertThat(TestServer.json(response).get("error").textValue()).isEqualTo("so it is");
      }
    }
  }

  @Test
  void failuresInMidStreamAreTheLastLine() throws Exception {
    server.engine.script =
        completion ->
            Source.from(ScriptedEngine.say(completion, "a", "b").subList(0, 2))
                .concat(Source.single(new Event.Failed(Event.Failure.INTERNAL, "device lost")));
    List<JsonNode> lines = TestServer.lines(server.post("/api/chat", chat("")));
    assertThat(lines).hasSize(2);
    assertThat(lines.getLast().toString()).isEqualTo("{\"error\":\"device lost\"}");
  }

  @Test
  void aBrokenStreamTellsNothingOfOurInsides() throws Exception {
    server.engine.script =
        completion ->
            Source.from(ScriptedEngine.say(completion, "a").subList(0, 2))
                .concat(Source.failed(new IllegalStateException("secret")));
    HttpResponse<String> response = server.post("/api/chat", chat(""));
    assertThat(response.body()).contains("internal error").doesNotContain("secret");
  }

  private static String chat(String more) {
    return "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}";
  }
}
