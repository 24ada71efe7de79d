package mneme.engine;

import org.apache.pekko.actor.typed.ActorRef;

/// Who reads a stream. It gives credit with [Sequence.More]; a sequence never sends more events
/// than it was given credit for, but for the first one and the last two. A reader may have several
/// streams, the choices of one request.
final class Reader {
  private Reader() {}

  sealed interface Message {}

  /// First message of each stream: whom to give credit, and whom to cancel.
  record Attached(int choice, ActorRef<Sequence.Command> sequence) implements Message {}

  record Said(int choice, Event event) implements Message {}
}
