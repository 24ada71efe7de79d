package mneme.engine;

import java.util.Optional;
import java.util.function.LongSupplier;
import mneme.memory.Tokens;
import mneme.text.Detokenizer;

/// What one stream tells its reader, from the first word to the last: its tokens, their text as far
/// as the reader has asked for it, and when it all happened.
final class Telling {
  private final int promptTokens;
  private final int lengthLimit;
  private final LongSupplier nowNs;
  private final Transcript transcript;
  private final Delivery delivery;
  private final Stopwatch stopwatch;

  /// Length of the stream when numbers came for its next token that are none.
  private int brokenAt;

  Telling(Strand strand, Lane lane, Drawing drawing) {
    promptTokens = strand.completion().prompt().length();
    lengthLimit = drawing.lengthLimit();
    nowNs = lane.nowNs();
    transcript =
        new Transcript(strand.completion(), Detokenizer.continuing(lane.model().tokenizer()));
    delivery = new Delivery(strand, transcript, lane.bufferTokens());
    stopwatch = strand.stopwatch();
  }

  /// All tokens so far, the prompt's too.
  Tokens known() {
    return tokens(transcript.length());
  }

  Tokens tokens(int end) {
    return transcript.tokens(end);
  }

  /// Whether a token was drawn.
  boolean hasBegun() {
    return transcript.generated() > 0;
  }

  /// Whether nothing is to be drawn.
  boolean isOver() {
    return transcript.length() >= lengthLimit;
  }

  /// The first word, said once: the stream has memory, in which the first tokens need not be read.
  void start(int reusedTokens, String note) {
    if (stopwatch.admitted(nowNs.getAsLong(), reusedTokens)) {
      delivery.say(new Event.Started(promptTokens, reusedTokens, note));
    }
  }

  /// Takes the next token. Returns why it is the last, if it is.
  Optional<Event.Reason> add(int index, Event.Token token) {
    if (index != transcript.length()) {
      throw new IllegalStateException(
          "token %d came when %d was due".formatted(index, transcript.length()));
    }
    stopwatch.drawn(nowNs.getAsLong());
    transcript.add(token);
    return transcript.isStopped()
        ? Optional.of(Event.Reason.STOP)
        : isOver() ? Optional.of(Event.Reason.LENGTH) : Optional.empty();
  }

  /// Numbers came for the next token that are none. True if they did before.
  boolean breaksAgain() {
    boolean again = brokenAt == transcript.length();
    brokenAt = transcript.length();
    return again;
  }

  /// The stream has lost its memory, and goes on later.
  void interrupted() {
    stopwatch.preempted();
  }

  /// The reader takes so many events more.
  void more(int events) {
    delivery.more(events);
  }

  /// Sends what the reader will take; true if the stream pauses or resumes from now on.
  boolean feed() {
    return delivery.feed();
  }

  /// Whether the reader is so far behind that the stream waits for it.
  boolean isPaused() {
    return delivery.isPaused();
  }

  /// The last word, behind what is left of the text.
  void finish(Event.Reason reason) {
    delivery.end(
        new Event.Finished(reason, stopwatch.statistics(promptTokens, transcript.generated())));
  }

  /// The last word of a stream that cannot go on.
  void fail(Event.Failed failed) {
    delivery.say(failed);
  }
}
