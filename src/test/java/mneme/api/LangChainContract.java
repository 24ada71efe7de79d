package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaLanguageModel;
import dev.langchain4j.model.ollama.OllamaModels;
import dev.langchain4j.model.ollama.OllamaStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What LangChain4j, unmodified, must get from any engine behind the server.
abstract class LangChainContract {
  /// Base address without a path.
  abstract String url();

  abstract String model();

  /// From now on answers are long.
  abstract void answerAtLength();

  /// Whether no sequence runs.
  abstract boolean isIdle() throws Exception;

  private List<ChatModel> models(int maxTokens) {
    return List.of(
        OllamaChatModel.builder()
            .baseUrl(url())
            .modelName(model())
            .temperature(0.0)
            .topK(40)
            .topP(0.9)
            .seed(1)
            .repeatPenalty(1.1)
            .numCtx(1_024)
            .numPredict(maxTokens)
            .timeout(Duration.ofSeconds(60))
            .build(),
        OpenAiChatModel.builder()
            .baseUrl(url() + "/v1")
            .apiKey("none")
            .modelName(model())
            .temperature(0.0)
            .seed(1)
            .frequencyPenalty(0.1)
            .maxCompletionTokens(maxTokens)
            .timeout(Duration.ofSeconds(60))
            .build());
  }

  private List<StreamingChatModel> streaming(String name) {
    return List.of(
        OllamaStreamingChatModel.builder()
            .baseUrl(url())
            .modelName(name)
            .temperature(0.0)
            .timeout(Duration.ofSeconds(60))
            .build(),
        OpenAiStreamingChatModel.builder()
            .baseUrl(url() + "/v1")
            .apiKey("none")
            .modelName(name)
            .temperature(0.0)
            .timeout(Duration.ofSeconds(60))
            .build());
  }

  private static ChatRequest story() {
    return ChatRequest.builder()
        .messages(SystemMessage.from("Be brief."), UserMessage.from("Tell me a story."))
        .build();
  }

  @Test
  void chatsAndCountsTokens() {
    for (ChatModel model : models(20)) {
      ChatResponse response = model.chat(story());
      assertThat(response.aiMessage().text()).isNotBlank();
      assertThat(response.tokenUsage().inputTokenCount()).isPositive();
      assertThat(response.tokenUsage().outputTokenCount()).isBetween(1, 20);
    }
  }

  @Test
  void aLimitIsKeptAndNamed() {
    for (ChatModel model : models(2)) {
      ChatResponse response = model.chat(story());
      assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
      assertThat(response.tokenUsage().outputTokenCount()).isEqualTo(2);
    }
  }

  @Test
  void theSameRequestHasTheSameAnswer() {
    for (ChatModel model : models(20)) {
      assertThat(model.chat(story()).aiMessage()).isEqualTo(model.chat(story()).aiMessage());
    }
  }

  @Test
  void piecesOfAStreamMakeTheAnswer() throws Exception {
    for (StreamingChatModel model : streaming(model())) {
      Collected collected = new Collected(Integer.MAX_VALUE);
      model.chat(story(), collected);
      ChatResponse whole = collected.end.get(60, TimeUnit.SECONDS);
      assertThat(collected.pieces).hasSizeGreaterThan(1);
      assertThat(String.join("", collected.pieces)).isEqualTo(whole.aiMessage().text());
      assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(whole.tokenUsage().outputTokenCount()).isPositive();
    }
  }

  @Test
  void cancellingAStreamFreesItsSequence() throws Exception {
    answerAtLength();
    for (StreamingChatModel model : streaming(model())) {
      Collected collected = new Collected(3);
      model.chat(story(), collected);
      assertThat(collected.cancelled.get(60, TimeUnit.SECONDS)).isTrue();
      long deadline = System.nanoTime() + 5_000_000_000L;
      while (!isIdle() && System.nanoTime() < deadline) {
        Thread.sleep(10);
      }
      assertThat(isIdle()).isTrue();
    }
  }

  @Test
  void plainGenerationWorks() {
    var model =
        OllamaLanguageModel.builder().baseUrl(url()).modelName(model()).numPredict(5).build();
    assertThat(model.generate("Tell me a story.").content()).isNotBlank();
  }

  @Test
  void modelsAreListedAndDescribed() {
    OllamaModels models = OllamaModels.builder().baseUrl(url()).build();
    assertThat(models.availableModels().content())
        .extracting(listed -> listed.getName())
        .contains(model() + ":latest");
    assertThat(models.modelCard(model()).content().getDetails().getFamily()).isNotBlank();
    assertThat(models.runningModels().content()).isNotEmpty();
  }

  @Test
  void errorsHaveTheirTypes() throws Exception {
    for (StreamingChatModel model : streaming("no-such-model")) {
      Collected collected = new Collected(Integer.MAX_VALUE);
      model.chat(story(), collected);
      assertThatThrownBy(() -> collected.end.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ModelNotFoundException.class)
          .hasMessageContaining("model 'no-such-model' not found");
    }
    ChatModel hot =
        OpenAiChatModel.builder()
            .baseUrl(url() + "/v1")
            .apiKey("none")
            .modelName(model())
            .temperature(9.0)
            .build();
    assertThatThrownBy(() -> hot.chat(story()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature must be a number from 0 to 2");
    ChatModel cold =
        OllamaChatModel.builder().baseUrl(url()).modelName(model()).temperature(-9.0).build();
    assertThatThrownBy(() -> cold.chat(story()))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature");
  }

  /// Keeps pieces, and cancels after some.
  private static final class Collected implements StreamingChatResponseHandler {
    private final List<String> pieces = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();
    private final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
    private final int cancelAfter;

    Collected(int cancelAfter) {
      this.cancelAfter = cancelAfter;
    }

    @Override
    public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
      pieces.add(piece.text());
      if (pieces.size() == cancelAfter) {
        context.streamingHandle().cancel();
        cancelled.complete(true);
      }
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
      end.complete(response);
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }
  }
}
