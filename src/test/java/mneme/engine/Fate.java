package mneme.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import mneme.text.Sampling;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.NullUnmarked;

/// Crashes actors of a node with messages that no actor of ours would send.
@NullUnmarked
final class Fate {
  private Fate() {}

  sealed interface Command {}

  record CrashPool() implements Command {}

  record CrashSchedulers() implements Command {}

  /// The model goes when its last stream has ended; a stream that comes later loads it again.
  record UnloadIdle(String model) implements Command {}

  private record Found(Node.Directory directory, boolean crashesPool) implements Command {}

  private record Reported(HostReport report) implements Command {}

  static Behavior<Command> create(ActorRef<Node.Command> node) {
    return Behaviors.setup(context ->
        Behaviors.receiveMessage(command -> {
          on(context, node, command);
          return Behaviors.same();
        }));
  }

  private static void on(
      ActorContext<Command> context, ActorRef<Node.Command> node, Command command) {
    switch (command) {
      case CrashPool _ -> find(context, node, true);
      case CrashSchedulers _ -> find(context, node, false);
      case UnloadIdle(var model) ->
          node.tell(
              new Node.Load(model, Optional.of(Duration.ZERO), context.getSystem().ignoreRef()));
      case Found(var directory, var crashesPool) -> {
        if (crashesPool) {
          directory
              .stations()
              .forEach(station -> station.pool().tell(new MemoryPool.Register(0, null, null)));
        } else {
          ActorRef<HostReport> self = context.messageAdapter(HostReport.class, Reported::new);
          directory.hosts().values().forEach(host -> host.tell(new ModelHost.Inspect(self)));
        }
      }
      case Reported(var report) ->
          report.served().forEach(lane -> crash(lane.scheduler(), context.getSystem().ignoreRef()));
    }
  }

  private static void find(
      ActorContext<Command> context, ActorRef<Node.Command> node, boolean crashesPool) {
    node.tell(
        new Node.Inspect(
            context.messageAdapter(
                Node.Directory.class, directory -> new Found(directory, crashesPool))));
  }

  private static void crash(
      ActorRef<Scheduler.Command> scheduler, ActorRef<Sequence.Command> nobody) {
    Drawing drawing = new Drawing(Sampling.greedy(), 1, java.util.Set.of(), Optional.empty());
    scheduler.tell(new Scheduler.Enter(nobody, -1, -1, "", null, 0, List.of(), 0, drawing));
  }
}
