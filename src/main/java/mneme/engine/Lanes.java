package mneme.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import mneme.memory.KvEncoding;
import mneme.schedule.Admission;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/// The lanes of one host: the usual one, and one more for each other encoding of keys and values
/// that requests have asked for, opened with the first of them, and the requests that wait for
/// that. They stay as long as the model stays where it is.
final class Lanes {
  /// A lane beside the usual one, and its program's number at the worker.
  private record Further(Lane lane, long program) {}

  /// Where the model is.
  private record Home(Blueprint blueprint, Landing.Berth berth, Lane usual) {}

  private final ActorContext<ModelHost.Command> context;
  private final ModelHost.House house;
  private final Streams streams;
  private final Function<Annex.Result, ModelHost.Command> message;
  private final ActorRef<Annex.Result> toHost;
  private final Map<KvEncoding, Further> open = new LinkedHashMap<>();
  private final Map<KvEncoding, ActorRef<Annex.Command>> opening = new HashMap<>();
  private final Map<KvEncoding, List<ModelHost.Generate>> waiting = new HashMap<>();

  /// Of plans whose pool was cut anew, by their numbers; a lane may come later than this is heard.
  private final Map<Integer, Admission> recuts = new HashMap<>();

  private @Nullable Home home;
  private long annexes;

  /// @param message what the host is to hear of an annex
  Lanes(
      ActorContext<ModelHost.Command> context,
      ModelHost.House house,
      Streams streams,
      Function<Annex.Result, ModelHost.Command> message) {
    this.context = context;
    this.house = house;
    this.streams = streams;
    this.message = message;
    toHost = context.messageAdapter(Annex.Result.class, message::apply);
  }

  /// Null while the model is nowhere.
  @Nullable Lane usual() {
    return home == null ? null : home.usual();
  }

  /// The usual one first.
  List<Lane> all() {
    return Stream.concat(Stream.ofNullable(usual()), open.values().stream().map(Further::lane))
        .toList();
  }

  /// A pool was cut anew: who comes from now on is told what fits now, and streams that outgrow it
  /// end.
  ///
  /// @param model number of a memory plan at the pool
  void recut(int model, Admission admission) {
    recuts.put(model, admission);
    if (home != null) {
      home = new Home(home.blueprint(), home.berth(), upToDate(home.usual()));
    }
    open.replaceAll((_, further) -> new Further(upToDate(further.lane()), further.program()));
  }

  private Lane upToDate(Lane lane) {
    Admission admission = recuts.get(lane.poolModel());
    return admission == null ? lane : lane.with(admission);
  }

  /// Whether some request waits for its lane.
  boolean isAwaited() {
    return !waiting.isEmpty();
  }

  /// The model has come to `berth`, and with it the streams that it has; those in further encodings
  /// follow as their lanes open there.
  Lane moveTo(Blueprint blueprint, Landing.Berth berth) {
    Lane usual =
        upToDate(
            Lane.of(
                blueprint.model(), berth, scheduler(berth.at().program(), berth.station()), house));
    boolean isMove = home != null;
    close();
    if (isMove) {
      streams.move(usual);
    }
    home = new Home(blueprint, berth, usual);
    Set<KvEncoding> wanted = new HashSet<>(streams.encodings());
    wanted.addAll(waiting.keySet());
    wanted.remove(usual.kv());
    wanted.forEach(this::open);
    return usual;
  }

  /// Streams of the loaded model, in the encoding that they ask for.
  ///
  /// @param loadedNs how long they waited for the model to load
  void start(ModelHost.Generate generate, long loadedNs) {
    Lane usual = Objects.requireNonNull(usual());
    KvEncoding kv = generate.wish().completion().memory().kv().orElse(usual.kv());
    Further further = open.get(kv);
    if (kv.equals(usual.kv())) {
      streams.start(generate, usual, loadedNs);
    } else if (further != null) {
      streams.start(generate, further.lane(), 0);
    } else {
      waiting.computeIfAbsent(kv, _ -> new ArrayList<>()).add(generate);
      open(kv);
    }
  }

  private void open(KvEncoding kv) {
    if (home == null || opening.containsKey(kv)) {
      return;
    }
    Annex.Job job = new Annex.Job(kv, home.blueprint(), home.berth(), context.getSelf(), toHost);
    annexes++;
    ActorRef<Annex.Command> annex = context.spawn(Annex.create(job, house), "annex-" + annexes);
    context.watchWith(
        annex, message.apply(new Annex.NotOpened(job, "it failed; the log says why")));
    opening.put(kv, annex);
  }

  void onResult(Annex.Result result) {
    Annex.Job job = result.job();
    if (home == null || !home.berth().equals(job.berth())) {
      if (result instanceof Annex.Opened(_, var program, _)) {
        job.station().unload(program, context.getSystem().ignoreRef());
      }
      return;
    }
    ActorRef<Annex.Command> annex = opening.remove(job.kv());
    if (annex != null) {
      context.unwatch(annex);
    }
    List<ModelHost.Generate> arrivals = waiting.remove(job.kv());
    switch (result) {
      case Annex.Opened opened -> {
        Lane lane = upToDate(lane(opened));
        open.put(job.kv(), new Further(lane, opened.program()));
        streams.move(lane);
        start(arrivals == null ? List.of() : arrivals, lane);
      }
      case Annex.NotOpened(_, var why) -> {
        String message = "keys and values cannot be kept so here: " + why;
        streams.fail(job.kv(), message);
        if (arrivals != null) {
          arrivals.forEach(one -> Lobby.refuse(one, Event.Failure.NEVER_FITS, message));
        }
      }
    }
  }

  private void start(List<ModelHost.Generate> arrivals, Lane lane) {
    arrivals.forEach(arrival -> streams.start(arrival, lane, 0));
  }

  private Lane lane(Annex.Opened opened) {
    Annex.Job job = opened.job();
    return new Lane(
        job.blueprint().model(),
        job.kv(),
        Math.toIntExact(opened.program()),
        opened.admission(),
        opened.admission().longest(),
        house.settings().bufferTokens(),
        job.station(),
        scheduler(opened.program(), job.station()),
        house.nowNs());
  }

  private ActorRef<Scheduler.Command> scheduler(long program, Station station) {
    return context.spawn(Scheduler.create(program, station, house), "scheduler-" + program);
  }

  /// The model leaves where it was: takes the further lanes from there, and ends the usual one.
  void close() {
    if (home != null) {
      context.stop(home.usual().scheduler());
    }
    open.values()
        .forEach(further -> {
          context.stop(further.lane().scheduler());
          further.lane().station().unload(further.program(), context.getSystem().ignoreRef());
        });
    opening
        .values()
        .forEach(annex -> {
          context.unwatch(annex);
          context.stop(annex);
        });
    open.clear();
    opening.clear();
    home = null;
  }

  /// Who waits goes back to the node, for the next host of this model.
  void handOver(ActorRef<Node.Command> node) {
    waiting.values().forEach(all -> all.forEach(one -> Lobby.handOver(one, node)));
    waiting.clear();
  }

  void refuseAll(Event.Failure failure, String message) {
    waiting.values().forEach(all -> all.forEach(one -> Lobby.refuse(one, failure, message)));
    waiting.clear();
  }
}
