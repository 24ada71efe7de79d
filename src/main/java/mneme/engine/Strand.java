package mneme.engine;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.typed.ActorRef;

/// One of the streams of a request: what its sequence is made from.
///
/// @param number counts sequences as they arrive at the node; its rank
/// @param choice which of its reader's streams this is
record Strand(
    long number,
    int choice,
    Completion completion,
    ActorRef<Reader.Message> reader,
    Stopwatch stopwatch) {
  /// One for each choice that is wished for, the leader's first.
  ///
  /// @param loadNs how much of the time since arrival went into loading the model
  static List<Strand> all(ModelHost.Generate generate, long loadNs) {
    Node.Generate wish = generate.wish();
    return IntStream.range(0, wish.choices())
        .mapToObj(choice ->
            new Strand(
                generate.sequence() + choice,
                choice,
                wish.completion().choice(choice),
                wish.reader(),
                new Stopwatch(generate.arrivedNs(), loadNs)))
        .toList();
  }
}
