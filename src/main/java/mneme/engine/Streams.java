package mneme.engine;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import mneme.memory.KvEncoding;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/// The sequences of one host, its children.
final class Streams {
  private final ActorContext<ModelHost.Command> context;
  private final Function<ActorRef<Sequence.Command>, ModelHost.Command> gone;

  /// With the encoding of keys and values in which each began and goes on.
  private final Map<ActorRef<Sequence.Command>, KvEncoding> sequences = new LinkedHashMap<>();

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
                    strand.number(), spawn(strand, Sequence.follower(strand, on), on.kv())))
            .toList();
    Strand first = strands.getFirst();
    ActorRef<Sequence.Command> leader =
        spawn(first, Sequence.create(first, on, followers), on.kv());
    if (!followers.isEmpty()) {
      led.put(leader, followers);
    }
  }

  private ActorRef<Sequence.Command> spawn(
      Strand strand, Behavior<Sequence.Command> behavior, KvEncoding kv) {
    ActorRef<Sequence.Command> sequence = context.spawn(behavior, "sequence-" + strand.number());
    sequences.put(sequence, kv);
    context.watchWith(sequence, gone.apply(sequence));
    return sequence;
  }

  void ended(ActorRef<Sequence.Command> sequence) {
    sequences.remove(sequence);
    led.getOrDefault(sequence, List.of())
        .forEach(follower -> follower.actor().tell(Sequence.LeaderGone.NOW));
    led.remove(sequence);
  }

  /// Those who keep keys and values as `to` does go on there.
  void move(Lane to) {
    sequences.forEach((sequence, kv) -> {
      if (kv.equals(to.kv())) {
        sequence.tell(new Sequence.Move(to));
      }
    });
  }

  /// There is no place for those who keep keys and values so.
  void fail(KvEncoding kv, String why) {
    sequences.forEach((sequence, its) -> {
      if (its.equals(kv)) {
        sequence.tell(new Sequence.Refused(Event.Failure.NEVER_FITS, why));
      }
    });
  }

  /// There is no place for any.
  void failAll(Event.Failure failure, String why) {
    sequences.keySet().forEach(one -> one.tell(new Sequence.Refused(failure, why)));
  }

  Set<KvEncoding> encodings() {
    return new LinkedHashSet<>(sequences.values());
  }

  boolean isEmpty() {
    return sequences.isEmpty();
  }

  int size() {
    return sequences.size();
  }
}
