package mneme.engine;

import com.typesafe.config.Config;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.MatrixUnits;
import mneme.device.probe.Notes;
import mneme.device.probe.Speeds;
import mneme.device.probe.Trials;
import mneme.store.ModelSource;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.stream.javadsl.Source;

/// What the HTTP side and the command line see of a node. Every call returns at once.
public interface Engine {
  /// Starts a node inside `system`, with the settings below `mneme.engine` of its configuration. It
  /// ends with the system.
  ///
  /// @throws EngineException if the configuration names a device that this machine has not
  static Engine start(ActorSystem<?> system, ModelSource models) {
    Config config = system.settings().config();
    EngineSettings settings = EngineSettings.of(config);
    Loader loader = new StoreLoader(models, settings);
    int threads = config.getInt("mneme.engine.threads");
    MatrixUnits units = DeviceChoice.matrixUnits(config);
    Notes notes = Notes.ofUser();
    Speeds speeds = new Speeds(notes);
    Trials trials = DeviceChoice.trials(config, notes);
    List<Outfit> outfits = new ArrayList<>();
    for (DeviceChoice.Wish wish : DeviceChoice.wishes(config)) {
      Supplier<Device> opening = DeviceChoice.opening(wish.id(), threads, units);
      outfits.add(
          new Outfit(
              outfits.size(),
              wish.id(),
              DeviceChoice.wantsTrials(config)
                  ? TriedOpening.of(wish.id(), opening, trials)
                  : opening,
              wish.mostBytes(),
              Vault.of(settings),
              wish.byAuto() ? speeds::of : _ -> 0));
    }
    Node.Ground ground = new Node.Ground(loader, settings, outfits, System::nanoTime);
    return new NodeEngine(
        system,
        system.systemActorOf(Node.create(ground), "mneme", Props.empty()),
        loader,
        new Planner(settings));
  }

  /// Models this node could serve, loaded or not.
  CompletionStage<List<ServedModel>> models();

  /// Loads the model if it is not loaded, and keeps it for `keepAlive` after its last use (empty:
  /// the configured time; negative: for ever; zero: unload as soon as it is idle).
  ///
  /// The stage fails with [EngineException] if there is no such model or it cannot be loaded.
  CompletionStage<ServedModel> load(String model, Optional<Duration> keepAlive);

  CompletionStage<List<Running>> running();

  /// A stream of events with back-pressure: a slow reader pauses this sequence only. Cancelling the
  /// stream frees the sequence's memory within one step.
  default Source<Event, NotUsed> generate(Completion completion) {
    return generate(completion, 1).map(Choice::event);
  }

  /// Several streams for one prompt, which is read once. Number `i` is what a request of its own
  /// with the seed plus `i` would get, and goes on if another fails; the last event of each is its
  /// [Event.Finished] or [Event.Failed]. A slow reader pauses them all.
  Source<Choice, NotUsed> generate(Completion completion, int choices);

  /// An event of one of several streams, counted from 0.
  record Choice(int index, Event event) {}

  /// What each device can serve of a model, loaded or not; loads nothing.
  ///
  /// The stage fails with [EngineException] if there is no such model or it cannot be read.
  CompletionStage<Forecast> plan(String model, Planner.Query query);

  /// One picture of pool, queue and steps, for metrics and health.
  CompletionStage<Snapshot> snapshot();

  /// A loaded model, when it will be unloaded (empty: never), and the bytes it holds.
  record Running(
      ServedModel model,
      Optional<Instant> expiresAt,
      long deviceBytes,
      int sequences,
      Place place) {}

  /// Where a model is, and why there, for a person.
  record Place(String device, String why) {}
}
