package mneme.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.javadsl.AbstractMatchingBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// The root of one node: a pool and a worker for each of its devices, and a host for every model in
/// use.
public final class Node extends AbstractMatchingBehavior<Node.Command> {
  public sealed interface Command {}

  /// @param choices how many streams for one prompt; number `i` draws with the seed plus `i`
  record Generate(Completion completion, int choices, ActorRef<Reader.Message> reader)
      implements Command {}

  record Load(String model, Optional<Duration> keepAlive, ActorRef<ModelHost.Loading> replyTo)
      implements Command {}

  record Inspect(ActorRef<Directory> replyTo) implements Command {}

  /// From a host that will stop: it is answered with [ModelHost.Close], behind all that was sent to
  /// it before.
  record Leave(String model, ActorRef<ModelHost.Command> host) implements Command {}

  private record HostGone(String model, ActorRef<ModelHost.Command> host) implements Command {}

  /// Whom to ask about what.
  record Directory(List<Station> stations, Map<String, ActorRef<ModelHost.Command>> hosts) {
    Directory {
      stations = List.copyOf(stations);
      hosts = new LinkedHashMap<>(hosts);
    }
  }

  /// What a node runs on.
  ///
  /// @param devices the preferred first
  /// @param nowNs a clock that only moves forward
  record Ground(Loader loader, EngineSettings settings, List<Outfit> devices, LongSupplier nowNs) {
    Ground {
      devices = List.copyOf(devices);
    }
  }

  private final Map<String, ActorRef<ModelHost.Command>> hosts = new LinkedHashMap<>();
  private final ModelHost.House house;
  private long sequences;
  private long programs;

  static Behavior<Command> create(Ground ground) {
    return Behaviors.setup(context -> new Node(context, ground));
  }

  private Node(ActorContext<Command> context, Ground ground) {
    super(context);
    List<Station> stations =
        ground.devices().stream().map(outfit -> station(outfit, ground)).toList();
    house =
        new ModelHost.House(
            context.getSelf(), ground.loader(), ground.settings(), stations, ground.nowNs());
  }

  private Station station(Outfit outfit, Ground ground) {
    String name = outfit.id().replace(':', '-');
    ActorRef<MemoryPool.Command> pool =
        getContext().spawn(MemoryPool.create(outfit.vault()), "pool-" + name);
    Workbench bench = new Workbench(outfit, ground.settings().pool());
    ActorRef<Worker.Command> worker =
        getContext()
            .spawn(
                Worker.create(bench, pool, ground.nowNs(), ground.settings().firstBackoff()),
                "worker-" + name,
                DispatcherSelector.fromConfig("mneme.engine.worker-dispatcher"));
    return new Station(outfit.id(), pool, worker);
  }

  @Override
  public Behavior<Command> onMessage(Command command) {
    switch (command) {
      case Generate generate -> onGenerate(generate);
      case Load(var model, var keepAlive, var replyTo) ->
          host(model).tell(new ModelHost.Load(keepAlive, replyTo));
      case Inspect(var replyTo) -> replyTo.tell(new Directory(house.stations(), hosts));
      case Leave(var model, var host) -> {
        hosts.remove(model, host);
        host.tell(ModelHost.Close.NOW);
      }
      case HostGone(var model, var host) -> hosts.remove(model, host);
    }
    return this;
  }

  private void onGenerate(Generate generate) {
    host(generate.completion().model())
        .tell(new ModelHost.Generate(sequences + 1, generate, house.nowNs().getAsLong()));
    sequences += generate.choices();
  }

  private ActorRef<ModelHost.Command> host(String model) {
    return hosts.computeIfAbsent(
        model.endsWith(":latest") ? model.substring(0, model.lastIndexOf(':')) : model,
        this::spawn);
  }

  private ActorRef<ModelHost.Command> spawn(String model) {
    programs++;
    ActorRef<ModelHost.Command> host =
        getContext().spawn(ModelHost.create(model, programs, house), "model-" + programs);
    getContext().watchWith(host, new HostGone(model, host));
    return host;
  }
}
