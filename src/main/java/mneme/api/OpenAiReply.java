package mneme.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import mneme.engine.Event;
import mneme.engine.ServedModel;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/// Server-sent events as OpenAI writes them: a chunk for each piece of text, one with the reason
/// why a choice ended, one with the usage if asked for, and `[DONE]`; or one whole object.
final class OpenAiReply implements Reply {
  private final Ask ask;
  private final String id;
  private final long createdSeconds = System.currentTimeMillis() / 1000;
  private final Logprobs logprobs;
  private final Usage usage;
  private final Map<Integer, Thoughts> thoughts = new HashMap<>();
  private final String head;
  private final String tail;

  OpenAiReply(Ask ask) {
    this.ask = ask;
    this.id = ask.shape().idPrefix + UUID.randomUUID().toString().replace("-", "");
    this.logprobs = new Logprobs(ask.model().tokenizer());
    this.usage = new Usage(ask.n());
    this.head = "data: " + head(ask.shape().chunk) + ",\"choices\":[";
    this.tail = ask.includesUsage() ? "],\"usage\":null}\n\n" : "]}\n\n";
  }

  /// What was asked, as far as the answer's shape depends on it.
  ///
  /// @param called the model's name as the client wrote it
  /// @param n choices of each prompt
  record Ask(
      ServedModel model,
      String called,
      Shape shape,
      boolean isStreamed,
      boolean wantsLogprobs,
      boolean includesUsage,
      Thoughts.Phase beginning,
      int n) {}

  enum Shape {
    CHAT("chatcmpl-", "chat.completion", "chat.completion.chunk"),
    TEXT("cmpl-", "text_completion", "text_completion");

    private final String idPrefix;
    private final String whole;
    private final String chunk;

    Shape(String idPrefix, String whole, String chunk) {
      this.idPrefix = idPrefix;
      this.whole = whole;
      this.chunk = chunk;
    }
  }

  @Override
  public Dialect dialect() {
    return Dialect.OPENAI;
  }

  @Override
  public boolean isStreamed() {
    return ask.isStreamed();
  }

  @Override
  public ContentType contentType() {
    return Answers.EVENTS;
  }

  @Override
  public ByteString on(int choice, Event event) {
    usage.add(choice, event);
    return switch (event) {
      case Event.Started _ -> started(choice);
      case Event.Text text -> onText(choice, text);
      case Event.Finished finished -> finished(choice, finished);
      case Event.Failed failed -> broken(ApiError.of(failed.failure(), failed.message()));
    };
  }

  private ByteString started(int choice) {
    return switch (ask.shape()) {
      case CHAT ->
          utf8(
              open(choice)
                  .append("\"delta\":{\"role\":\"assistant\",\"content\":\"\"}")
                  .append(",\"logprobs\":null,\"finish_reason\":null}")
                  .append(tail));
      case TEXT -> ByteString.emptyByteString();
    };
  }

  private ByteString onText(int choice, Event.Text text) {
    Thoughts.Piece piece = thoughts(choice).add(text.text());
    usage.think(piece, text.tokens().size());
    return said(choice, piece, text.tokens());
  }

  private ByteString said(int choice, Thoughts.Piece piece, List<Event.Token> tokens) {
    boolean isSilent = piece.thought().isEmpty() && piece.said().isEmpty();
    if (isSilent && (!ask.wantsLogprobs() || tokens.isEmpty())) {
      return ByteString.emptyByteString();
    }
    StringBuilder chunk = open(choice);
    switch (ask.shape()) {
      case CHAT -> content(piece, chunk.append("\"delta\":{")).append('}');
      case TEXT -> Json.quote(piece.said(), chunk.append("\"text\":"));
    }
    probabilities(tokens, chunk.append(",\"logprobs\":"));
    return utf8(chunk.append(",\"finish_reason\":null}").append(tail));
  }

  /// `content`, and thoughts under both names that clients look for.
  private static StringBuilder content(Thoughts.Piece piece, StringBuilder to) {
    if (!piece.thought().isEmpty()) {
      Json.quote(piece.thought(), to.append("\"reasoning_content\":"));
      Json.quote(piece.thought(), to.append(",\"reasoning\":")).append(',');
    }
    return Json.quote(piece.said(), to.append("\"content\":"));
  }

  private Thoughts thoughts(int choice) {
    return thoughts.computeIfAbsent(choice, _ -> new Thoughts(ask.beginning()));
  }

  private ByteString finished(int choice, Event.Finished finished) {
    StringBuilder chunk = open(choice);
    chunk.append(ask.shape() == Shape.CHAT ? "\"delta\":{}" : "\"text\":\"\"");
    chunk.append(",\"logprobs\":null,\"finish_reason\":\"").append(reason(finished)).append("\"}");
    return said(choice, thoughts(choice).end(), List.of()).concat(utf8(chunk.append(tail)));
  }

  @Override
  public ByteString end() {
    StringBuilder end = new StringBuilder();
    if (ask.includesUsage()) {
      usage.write(end.append(head).append("],\"usage\":")).append("}\n\n");
    }
    return utf8(end.append("data: [DONE]\n\n"));
  }

  @Override
  public ByteString broken(ApiError error) {
    return ByteString.fromString("data: ")
        .concat(Dialect.OPENAI.error(error))
        .concat(ByteString.fromString("\n\n"));
  }

  /// A comment, which every reader of events skips.
  @Override
  public ByteString keepAlive() {
    return ByteString.fromString(": keep-alive\n\n");
  }

  @Override
  public HttpResponse whole(List<Answer> choices) {
    StringBuilder body = new StringBuilder(head(ask.shape().whole)).append(",\"choices\":[");
    usage.note(choices.getFirst().cacheNote());
    for (int i = 0; i < choices.size(); i++) {
      Answer answer = choices.get(i);
      usage.add(i, answer.finished());
      body.append(i == 0 ? "" : ",").append("{\"index\":").append(i).append(',');
      switch (ask.shape()) {
        case CHAT ->
            content(
                    thoughts(i).whole(answer.text()),
                    body.append("\"message\":{\"role\":\"assistant\","))
                .append('}');
        case TEXT -> Json.quote(answer.text(), body.append("\"text\":"));
      }
      probabilities(answer.tokens(), body.append(",\"logprobs\":"));
      body.append(",\"finish_reason\":\"").append(reason(answer.finished())).append("\"}");
    }
    usage.write(body.append("],\"usage\":")).append('}');
    return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, utf8(body));
  }

  private void probabilities(List<Event.Token> tokens, StringBuilder to) {
    if (!ask.wantsLogprobs()) {
      to.append("null");
      return;
    }
    switch (ask.shape()) {
      case CHAT -> logprobs.list(tokens, to.append("{\"content\":")).append('}');
      case TEXT -> logprobs.columns(tokens, to);
    }
  }

  private StringBuilder open(int choice) {
    return new StringBuilder(head.length() + 160)
        .append(head)
        .append("{\"index\":")
        .append(choice)
        .append(',');
  }

  private String head(String object) {
    String fingerprint = ask.model().digest();
    return "{\"id\":\"%s\",\"object\":\"%s\",\"created\":%d,\"model\":%s,\"system_fingerprint\":%s"
        .formatted(
            id,
            object,
            createdSeconds,
            Json.quoted(ask.called()),
            Json.quoted("mneme-" + fingerprint.substring(0, Math.min(8, fingerprint.length()))));
  }

  private static String reason(Event.Finished finished) {
    return finished.reason() == Event.Reason.LENGTH ? "length" : "stop";
  }

  private static ByteString utf8(StringBuilder text) {
    return ByteString.fromString(text.toString());
  }
}
