package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import mneme.engine.Completion;
import mneme.engine.Event;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiTest {
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
  void chatAnswersWhole() throws Exception {
    HttpResponse<String> response = server.post("/v1/chat/completions", chat(""));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("application/json");
    JsonNode whole = TestServer.json(response);
    assertThat(whole.get("id").textValue()).startsWith("chatcmpl-");
    assertThat(whole.get("object").textValue()).isEqualTo("chat.completion");
    assertThat(whole.get("created").longValue()).isPositive();
    assertThat(whole.get("model").textValue()).isEqualTo("toy");
    assertThat(whole.get("system_fingerprint").textValue()).isEqualTo("mneme-abababab");
    JsonNode choice = whole.get("choices").get(0);
    assertThat(choice.get("index").intValue()).isZero();
    assertThat(choice.get("message").get("role").textValue()).isEqualTo("assistant");
    assertThat(choice.get("message").get("content").textValue()).isEqualTo("Hello, wörld!");
    assertThat(choice.get("finish_reason").textValue()).isEqualTo("stop");
    assertThat(choice.get("logprobs").isNull()).isTrue();
    assertUsage(whole.get("usage"), server.engine.last(), 4);
  }

  private static void assertUsage(JsonNode usage, Completion completion, int generated) {
    int prompt = completion.prompt().length();
    assertThat(usage.get("prompt_tokens").intValue()).isEqualTo(prompt);
    assertThat(usage.get("completion_tokens").intValue()).isEqualTo(generated);
    assertThat(usage.get("total_tokens").intValue()).isEqualTo(prompt + generated);
    assertThat(usage.get("prompt_tokens_details").get("cached_tokens").intValue())
        .isEqualTo(prompt / 2);
    assertThat(usage.get("prompt_tokens_details").get("cache_note").textValue())
        .isEqualTo("first of its kind");
    assertThat(usage.get("completion_tokens_details").get("reasoning_tokens").intValue()).isZero();
  }

  @Test
  void chatStreamsRoleThenTextThenReasonThenUsageThenDone() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/v1/chat/completions",
            chat(",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    assertThat(response.body()).endsWith("data: [DONE]\n\n");
    List<JsonNode> events = TestServer.events(response);
    assertThat(events).hasSize(7);
    JsonNode first = events.getFirst().get("choices").get(0);
    assertThat(first.get("delta").get("role").textValue()).isEqualTo("assistant");
    assertThat(first.get("finish_reason").isNull()).isTrue();
    StringBuilder text = new StringBuilder();
    for (JsonNode event : events.subList(1, 5)) {
      assertThat(event.get("id")).isEqualTo(events.getFirst().get("id"));
      assertThat(event.get("created")).isEqualTo(events.getFirst().get("created"));
      assertThat(event.get("object").textValue()).isEqualTo("chat.completion.chunk");
      assertThat(event.get("usage").isNull()).isTrue();
      text.append(event.get("choices").get(0).get("delta").get("content").textValue());
    }
    assertThat(text).hasToString("Hello, wörld!");
    JsonNode end = events.get(5).get("choices").get(0);
    assertThat(end.get("delta")).isEmpty();
    assertThat(end.get("finish_reason").textValue()).isEqualTo("stop");
    assertThat(events.getLast().get("choices")).isEmpty();
    assertUsage(events.getLast().get("usage"), server.engine.last(), 4);
  }

  @Test
  void withoutTheOptionNoUsageIsStreamed() throws Exception {
    HttpResponse<String> response = server.post("/v1/chat/completions", chat(",\"stream\":true"));
    assertThat(response.body()).doesNotContain("usage");
    assertThat(TestServer.events(response)).hasSize(6);
  }

  @Test
  void completionsTakeTextAndTokens() throws Exception {
    JsonNode whole =
        TestServer.json(
            server.post(
                "/v1/completions", "{\"model\":\"toy\",\"prompt\":\"Once\",\"max_tokens\":2}"));
    assertThat(whole.get("id").textValue()).startsWith("cmpl-");
    assertThat(whole.get("object").textValue()).isEqualTo("text_completion");
    assertThat(whole.get("choices").get(0).get("text").textValue()).isEqualTo("Hello, ");
    assertThat(whole.get("choices").get(0).get("finish_reason").textValue()).isEqualTo("length");
    assertThat(server.engine.lastPrompt()).isEqualTo("<s>Once");
    server.post("/v1/completions", "{\"model\":\"toy\",\"prompt\":[79,110]}");
    assertThat(server.engine.last().prompt().toArray()).containsExactly(79, 110);
    List<JsonNode> events =
        TestServer.events(
            server.post("/v1/completions", "{\"model\":\"toy\",\"prompt\":\"x\",\"stream\":true}"));
    assertThat(events.getFirst().get("choices").get(0).get("text").textValue()).isEqualTo("Hello");
    assertThat(events.getLast().get("choices").get(0).get("finish_reason").textValue())
        .isEqualTo("stop");
  }

  @Test
  void severalChoicesDifferBySeedAndCountThePromptOnce() throws Exception {
    int before = server.engine.completions.size();
    JsonNode whole =
        TestServer.json(server.post("/v1/chat/completions", chat(",\"n\":3,\"seed\":7")));
    assertThat(whole.get("choices")).hasSize(3);
    assertThat(whole.get("choices").get(2).get("index").intValue()).isEqualTo(2);
    assertThat(server.engine.completions.subList(before, before + 3))
        .extracting(completion -> completion.sampling().seed())
        .containsExactlyInAnyOrder(7L, 8L, 9L);
    assertUsage(whole.get("usage"), server.engine.last(), 12);
    List<JsonNode> events =
        TestServer.events(server.post("/v1/chat/completions", chat(",\"n\":2,\"stream\":true")));
    assertThat(events)
        .extracting(event -> event.get("choices").get(0).get("index").intValue())
        .contains(0, 1);
    assertThat(events).hasSize(12);
  }

  @Test
  void severalPromptsAreChoicesInOrder() throws Exception {
    JsonNode whole =
        TestServer.json(
            server.post(
                "/v1/completions", "{\"model\":\"toy\",\"prompt\":[\"a\",\"bcd\"],\"n\":2}"));
    assertThat(whole.get("choices")).hasSize(4);
    assertThat(whole.get("usage").get("prompt_tokens").intValue()).isEqualTo(2 + 4);
  }

  @Test
  void everyParameterReachesTheSampler() throws Exception {
    server.post(
        "/v1/chat/completions",
        chat(
            """
            ,"temperature":0.5,"top_p":0.8,"top_k":7,"min_p":0.1,"typical_p":0.7,"seed":42,
            "presence_penalty":0.2,"frequency_penalty":-0.3,"repeat_penalty":1.1,"repeat_last_n":9,
            "logit_bias":{"65":-100,"66":1.5},"max_tokens":9,"max_completion_tokens":3,
            "stop":"x","user":"me","metadata":{"a":"b"},"store":false,
            "response_format":{"type":"text"},"tool_choice":"none","n":1,"stream":false\
            """));
    Completion completion = server.engine.last();
    assertThat(completion.sampling())
        .isEqualTo(
            new Sampling(
                0.5f, 7, 0.8f, 0.1f, 0.7f, 9, 1.1f, 0.2f, -0.3f, 42, Map.of(65, -100f, 66, 1.5f)));
    assertThat(completion.maxTokens()).contains(3);
    assertThat(completion.stops()).containsExactly("x");
    assertThat(completion.tenant()).isEqualTo("everyone");
  }

  @Test
  void withoutParametersTheModelsOwnDistributionIsDrawnFrom() throws Exception {
    server.post("/v1/chat/completions", chat(",\"temperature\":null"));
    Sampling sampling = server.engine.last().sampling();
    assertThat(sampling.temperature()).isEqualTo(1);
    assertThat(sampling.topP()).isEqualTo(1);
    assertThat(sampling.topK()).isZero();
  }

  @Test
  void logprobsHaveTextBytesAndAlternatives() throws Exception {
    JsonNode choice =
        TestServer.json(
                server.post("/v1/chat/completions", chat(",\"logprobs\":true,\"top_logprobs\":2")))
            .get("choices")
            .get(0);
    JsonNode content = choice.get("logprobs").get("content");
    assertThat(content).hasSize(4);
    assertThat(content.get(1).get("token").textValue()).isEqualTo("b");
    assertThat(content.get(1).get("logprob").doubleValue()).isEqualTo(-0.25);
    assertThat(content.get(1).get("bytes").get(0).intValue()).isEqualTo('b');
    assertThat(content.get(1).get("top_logprobs")).hasSize(2);
    JsonNode old =
        TestServer.json(
                server.post(
                    "/v1/completions", "{\"model\":\"toy\",\"prompt\":\"x\",\"logprobs\":1}"))
            .get("choices")
            .get(0)
            .get("logprobs");
    assertThat(old.get("tokens")).hasSize(4);
    assertThat(old.get("token_logprobs").get(0).doubleValue()).isEqualTo(-0.25);
    assertThat(old.get("top_logprobs").get(0).get("a").doubleValue()).isEqualTo(-0.5);
  }

  @Test
  void contentMayComeInParts() throws Exception {
    server.post(
        "/v1/chat/completions",
        "{\"model\":\"toy\",\"messages\":[{\"role\":\"developer\",\"content\":\"be kind\"},"
            + "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},"
            + "{\"type\":\"text\",\"text\":\"b\"}]}]}");
    assertThat(server.engine.lastPrompt())
        .contains("<|im_start|>system\nbe kind<|im_end|>\n<|im_start|>user\nab<|im_end|>");
  }

  @Test
  void modelsAreListedAndFound() throws Exception {
    JsonNode list = TestServer.json(server.get("/v1/models"));
    assertThat(list.get("object").textValue()).isEqualTo("list");
    assertThat(list.get("data")).hasSize(3);
    JsonNode one = TestServer.json(server.get("/v1/models/toy"));
    assertThat(one.get("id").textValue()).isEqualTo("toy");
    assertThat(one.get("object").textValue()).isEqualTo("model");
    assertThat(one.get("owned_by").textValue()).isEqualTo("mneme");
    assertThat(one.get("max_model_len").intValue()).isEqualTo(2_048);
    assertThat(server.get("/v1/models/none").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ",\"functions\":[]|functions|unsupported parameter",
        ",\"frobnicate\":1|frobnicate|unsupported parameter",
        ",\"audio\":{}|audio|unsupported parameter",
        ",\"response_format\":{\"type\":\"json_object\"}|response_format|supported with",
        ",\"tool_choice\":\"required\"|tool_choice|supported with",
        ",\"store\":true|store|supported with",
        ",\"n\":100000|n|n must be an integer from 1 to 16, not 100000",
        ",\"n\":0|n|n must be an integer from 1 to 16, not 0",
        ",\"max_tokens\":-5|max_tokens|must be an integer from 1",
        ",\"max_tokens\":1e300|max_tokens|must be an integer",
        ",\"max_tokens\":1.5|max_tokens|must be an integer",
        ",\"temperature\":\"NaN\"|temperature|must be a number, not \"NaN\"",
        ",\"temperature\":2.5|temperature|from 0 to 2, not 2.5",
        ",\"top_p\":-0.1|top_p|from 0 to 1",
        ",\"logit_bias\":{\"259\":1}|logit_bias|wants token ids below 259, not '259'",
        ",\"logit_bias\":{\"-1\":1}|logit_bias|wants token ids",
        ",\"logit_bias\":{\"1\":101}|logit_bias.1|from -100 to 100",
        ",\"stop\":[\"\"]|stop|none of them empty",
        ",\"stop\":7|stop|stop must be a list",
        ",\"stream\":\"yes\"|stream|must be true or false",
        ",\"top_logprobs\":3|top_logprobs|needs logprobs",
        ",\"logprobs\":true,\"top_logprobs\":1000000|top_logprobs|from 0 to 20",
        ",\"tools\":[{\"type\":\"function\"}]|tools[0].function|is required",
        ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]|tools|does not support tools",
        ",\"reasoning_effort\":\"high\"|reasoning_effort|does not support reasoning",
        ",\"chat_template_kwargs\":{\"messages\":[]}|chat_template_kwargs.messages|is set by the server",
        ",\"chat_template_kwargs\":[1]|chat_template_kwargs|must be an object",
      })
  void whatCannotBeHonouredIsRefusedByName(String more, String param, String words)
      throws Exception {
    HttpResponse<String> response = server.post("/v1/chat/completions", chat(more));
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = TestServer.json(response).get("error");
    assertThat(error.get("message").textValue()).contains(words);
    assertThat(error.get("type").textValue()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").textValue()).isEqualTo(param);
    assertThat(error.get("code").intValue()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"toy\"}",
        "{\"model\":\"toy\",\"messages\":[]}",
        "{\"model\":\"toy\",\"messages\":\"x\"}",
        "{\"model\":\"toy\",\"messages\":[{}]}",
        "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":7}]}",
        "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
      })
  void messagesMustBeMessages(String body) throws Exception {
    assertThat(server.post("/v1/chat/completions", body).statusCode()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"echo\":true",
        "\"suffix\":\"x\"",
        "\"best_of\":2",
        "\"prompt\":[]",
        "\"prompt\":7",
        "\"prompt\":[1,\"x\"]",
        "\"prompt\":[259]",
        "\"prompt\":[-1]",
        "\"prompt\":\"\",\"logprobs\":true",
        "\"messages\":[]"
      })
  void completionsRefuseWhatTheyCannotDo(String field) throws Exception {
    String prompt = field.contains("prompt") ? "" : "\"prompt\":\"x\",";
    assertThat(
            server
                .post("/v1/completions", "{\"model\":\"toy\"," + prompt + field + "}")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void promptsBeyondTheContextAreRefusedWithBothNumbers() throws Exception {
    HttpResponse<String> response =
        server.post(
            "/v1/completions", "{\"model\":\"toy\",\"prompt\":\"" + "x".repeat(3_000) + "\"}");
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = TestServer.json(response).get("error");
    assertThat(error.get("type").textValue()).isEqualTo("exceed_context_size_error");
    assertThat(error.get("n_prompt_tokens").intValue()).isEqualTo(3_001);
    assertThat(error.get("n_ctx").intValue()).isEqualTo(2_048);
  }

  @Test
  void unknownModelsAreNotFound() throws Exception {
    HttpResponse<String> response =
        server.post("/v1/chat/completions", chat("").replace("\"toy\"", "\"none\""));
    assertThat(response.statusCode()).isEqualTo(404);
    JsonNode error = TestServer.json(response).get("error");
    assertThat(error.get("message").textValue()).isEqualTo("model 'none' not found");
    assertThat(error.get("type").textValue()).isEqualTo("not_found_error");
  }

  @Test
  void aFullQueueSaysWhenToComeBack() throws Exception {
    server.engine.script =
        _ -> Source.single(new Event.Failed(Event.Failure.BUSY, "queue is full"));
    HttpResponse<String> response = server.post("/v1/chat/completions", chat(""));
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("retry-after")).isPresent();
    assertThat(TestServer.json(response).get("error").get("type").textValue())
        .isEqualTo("unavailable_error");
  }

  @Test
  void failuresInMidStreamAreAnErrorEvent() throws Exception {
    server.engine.script =
        completion ->
            Source.from(ScriptedEngine.say(completion, "a", "b").subList(0, 2))
                .concat(Source.single(new Event.Failed(Event.Failure.INTERNAL, "device lost")));
    HttpResponse<String> response = server.post("/v1/chat/completions", chat(",\"stream\":true"));
    JsonNode last = TestServer.events(response).getLast();
    assertThat(last.get("error").get("message").textValue()).isEqualTo("device lost");
    assertThat(last.get("error").get("type").textValue()).isEqualTo("server_error");
    assertThat(response.body()).endsWith("data: [DONE]\n\n");
  }

  private static String chat(String more) {
    return "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]" + more + "}";
  }
}
