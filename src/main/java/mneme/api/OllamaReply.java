package mneme.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import mneme.engine.Event;
import mneme.engine.ServedModel;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/// NDJSON as Ollama writes it: a line for each piece of text, and a last one with the statistics,
/// in nanoseconds and tokens.
final class OllamaReply implements Reply {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

  private static final Thoughts.Piece NOTHING = new Thoughts.Piece("", "");

  private final Ask ask;
  private final String head;
  private final Logprobs logprobs;
  private final List<Integer> generated = new ArrayList<>();
  private final Thoughts thoughts;
  private String cacheNote = "";

  OllamaReply(Ask ask) {
    this.ask = ask;
    this.head = "{\"model\":" + Json.quoted(ask.called()) + ",\"created_at\":\"";
    this.logprobs = new Logprobs(ask.model().tokenizer());
    this.thoughts = new Thoughts(ask.beginning());
  }

  /// What was asked, as far as the answer's shape depends on it.
  ///
  /// @param called the model's name as the client wrote it
  /// @param context ids to give back before those generated, or empty: give none back
  record Ask(
      ServedModel model,
      String called,
      Shape shape,
      boolean isStreamed,
      boolean wantsLogprobs,
      Thoughts.Phase beginning,
      List<Integer> context,
      long startNs,
      long loadNs) {}

  enum Shape {
    GENERATE,
    CHAT
  }

  @Override
  public Dialect dialect() {
    return Dialect.OLLAMA;
  }

  @Override
  public boolean isStreamed() {
    return ask.isStreamed();
  }

  @Override
  public ContentType contentType() {
    return Answers.NDJSON;
  }

  @Override
  public ByteString on(int choice, Event event) {
    return switch (event) {
      case Event.Started started -> {
        cacheNote = started.cacheNote();
        yield ByteString.emptyByteString();
      }
      case Event.Text text -> onText(text);
      case Event.Finished finished -> utf8(last(finished, thoughts.end(), List.of()).append('\n'));
      case Event.Failed failed -> broken(ApiError.of(failed.failure(), failed.message()));
    };
  }

  private ByteString onText(Event.Text text) {
    remember(text.tokens());
    Thoughts.Piece piece = thoughts.add(text.text());
    boolean isSilent = piece.thought().isEmpty() && piece.said().isEmpty();
    if (isSilent && !ask.wantsLogprobs()) {
      return ByteString.emptyByteString();
    }
    StringBuilder line = open(piece).append(",\"done\":false");
    if (ask.wantsLogprobs()) {
      logprobs.list(text.tokens(), line.append(",\"logprobs\":"));
    }
    return utf8(line.append("}\n"));
  }

  private void remember(List<Event.Token> tokens) {
    if (!ask.context().isEmpty()) {
      tokens.forEach(token -> generated.add(token.id()));
    }
  }

  /// An open object with the model, the time and the text.
  private StringBuilder open(Thoughts.Piece piece) {
    StringBuilder line =
        new StringBuilder(head.length() + piece.said().length() + 128).append(head);
    TIME.formatTo(Instant.now(), line);
    return switch (ask.shape()) {
      case GENERATE -> thinking(piece, Json.quote(piece.said(), line.append("\",\"response\":")));
      case CHAT ->
          thinking(
                  piece,
                  Json.quote(
                      piece.said(),
                      line.append("\",\"message\":{\"role\":\"assistant\",\"content\":")))
              .append('}');
    };
  }

  private static StringBuilder thinking(Thoughts.Piece piece, StringBuilder line) {
    return piece.thought().isEmpty()
        ? line
        : Json.quote(piece.thought(), line.append(",\"thinking\":"));
  }

  /// The last object, with what has not been sent before.
  private StringBuilder last(
      Event.Finished finished, Thoughts.Piece piece, List<Event.Token> tokens) {
    StringBuilder line = open(piece).append(",\"done\":true,\"done_reason\":\"");
    line.append(finished.reason() == Event.Reason.LENGTH ? "length" : "stop").append('"');
    if (ask.wantsLogprobs() && !tokens.isEmpty()) {
      logprobs.list(tokens, line.append(",\"logprobs\":"));
    }
    if (!ask.context().isEmpty()) {
      ids(line.append(",\"context\":["));
    }
    return statistics(finished.statistics(), line).append('}');
  }

  private void ids(StringBuilder line) {
    ask.context().forEach(id -> line.append(id).append(','));
    generated.forEach(id -> line.append(id).append(','));
    line.setCharAt(line.length() - 1, ']');
  }

  private StringBuilder statistics(Event.Statistics statistics, StringBuilder line) {
    line.append(",\"total_duration\":").append(System.nanoTime() - ask.startNs());
    line.append(",\"load_duration\":").append(ask.loadNs() + statistics.loadNs());
    line.append(",\"prompt_eval_count\":").append(statistics.promptTokens());
    line.append(",\"prompt_eval_duration\":").append(statistics.promptNs());
    line.append(",\"eval_count\":").append(statistics.generatedTokens());
    line.append(",\"eval_duration\":").append(statistics.generateNs());
    line.append(",\"queue_duration\":").append(statistics.queueNs());
    line.append(",\"prompt_cached_count\":").append(statistics.cachedTokens());
    if (!cacheNote.isEmpty()) {
      Json.quote(cacheNote, line.append(",\"prompt_cache_note\":"));
    }
    return line;
  }

  @Override
  public ByteString end() {
    return ByteString.emptyByteString();
  }

  @Override
  public ByteString broken(ApiError error) {
    return Dialect.OLLAMA.error(error).concat(ByteString.fromString("\n"));
  }

  /// A line with no text: every client reads it as one more piece.
  @Override
  public ByteString keepAlive() {
    return utf8(open(NOTHING).append(",\"done\":false}\n"));
  }

  @Override
  public HttpResponse whole(List<Answer> choices) {
    Answer answer = choices.getFirst();
    cacheNote = answer.cacheNote();
    remember(answer.tokens());
    return HttpResponse.create()
        .withEntity(
            ContentTypes.APPLICATION_JSON,
            utf8(last(answer.finished(), thoughts.whole(answer.text()), answer.tokens())));
  }

  /// The answer to an empty prompt, which only loads or unloads a model.
  HttpResponse only(String doneReason) {
    StringBuilder line = open(NOTHING).append(",\"done\":true,\"done_reason\":\"");
    ByteString body = utf8(line.append(doneReason).append("\"}\n"));
    return HttpResponse.create()
        .withEntity(ask.isStreamed() ? Answers.NDJSON : ContentTypes.APPLICATION_JSON, body);
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  private static ByteString utf8(StringBuilder text) {
    return ByteString.fromString(text.toString());
  }
}
