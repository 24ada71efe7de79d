package mneme.engine;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/// The sequences of one host, its children.
final class Streams {
  private final ActorContext<ModelHost.Command> context;
  private final Function<ActorRef<Sequence.Command>, ModelHost.Command> gone;
  private final Set<ActorRef<Sequence.Command>> sequences = new LinkedHashSet<>();

  /// Who waits, or has waited, for whom to read their prompt.
  private final Map<ActorRef<Sequence.Command>, List<Sequence.Follower>> led = new HashMap<>();

  /// @param gone what the host is to hear of a sequence that ended
  Streams(
      ActorContext<ModelHost.Command> context,
      Function<ActorRef<Sequence.Command>, ModelHost.Command> gone) {
    this.context = context;
    this.gone = gone;
  }

  /// One sequence for each choice; the first reads the prompt for all.
  ///
  /// @param loadNs how long it waited for the model to load
  void start(ModelHost.Generate generate, Lane on, long loadNs) {
    List<Strand> strands = Strand.all(generate, loadNs);
    List<Sequence.Follower> followers =
        strands.stream()
            .skip(1)
            .map(strand ->
                new Sequence.Follower(
                    strand.number(), spawn(strand, Sequence.follower(strand, on))))
            .toList();
    Strand first = strands.getFirst();
    ActorRef<Sequence.Command> leader = spawn(first, Sequence.create(first, on, followers));
    if (!followers.isEmpty()) {
      led.put(leader, followers);
    }
  }

  private ActorRef<Sequence.Command> spawn(Strand strand, Behavior<Sequence.Command> behavior) {
    ActorRef<Sequence.Command> sequence = context.spawn(behavior, "sequence-" + strand.number());
    sequences.add(sequence);
    context.watchWith(sequence, gone.apply(sequence));
    return sequence;
  }

  void ended(ActorRef<Sequence.Command> sequence) {
    sequences.remove(sequence);
    led.getOrDefault(sequence, List.of())
        .forEach(follower -> follower.actor().tell(Sequence.LeaderGone.NOW));
    led.remove(sequence);
  }

  void move(Lane to) {
    sequences.forEach(sequence -> sequence.tell(new Sequence.Move(to)));
  }

  boolean isEmpty() {
    return sequences.isEmpty();
  }

  int size() {
    return sequences.size();
  }
}
