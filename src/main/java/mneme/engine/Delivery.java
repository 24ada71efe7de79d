package mneme.engine;

import org.apache.pekko.actor.typed.ActorRef;

/// What the reader of one stream has asked for and what it was sent: never more than it takes.
final class Delivery {
  private final ActorRef<Reader.Message> reader;
  private final int choice;
  private final Transcript transcript;
  private final int bufferTokens;
  private int credit;
  private boolean paused;

  /// @param bufferTokens tokens the stream runs ahead of a reader who does not read
  Delivery(Strand strand, Transcript transcript, int bufferTokens) {
    reader = strand.reader();
    choice = strand.choice();
    this.transcript = transcript;
    this.bufferTokens = bufferTokens;
  }

  void say(Event event) {
    reader.tell(new Reader.Said(choice, event));
  }

  void more(int events) {
    credit += events;
  }

  /// Whether the reader is so far behind that the stream waits for it.
  boolean isPaused() {
    return paused;
  }

  /// Sends what the reader will take; true if the stream pauses or resumes from now on.
  boolean feed() {
    if (credit > 0) {
      transcript.take().ifPresent(this::sayForCredit);
    }
    boolean full = credit == 0 && transcript.unreadTokens() >= bufferTokens;
    boolean changed = full != paused;
    paused = full;
    return changed;
  }

  private void sayForCredit(Event event) {
    credit--;
    say(event);
  }

  /// The rest of the text, asked for or not, and the last word.
  void end(Event last) {
    transcript.end();
    transcript.takeLast().ifPresent(this::say);
    say(last);
  }
}
