package mneme.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import mneme.device.Numerics;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.Tokens;
import mneme.memory.Usage;
import mneme.schedule.Admission;
import mneme.schedule.BatchLimits;
import mneme.schedule.PoolSize;
import mneme.simulation.SeededDispatcher;
import mneme.simulation.VirtualClock;
import mneme.text.Sampling;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.jspecify.annotations.Nullable;

/// One simulated node: its models, its readers and its misfortunes, all drawn from a seed.
public final class World implements SeededDispatcher.Story {
  private static final List<String> MODELS = List.of("attention", "window", "recurrent", "mixed");
  private static final int PAGE_TOKENS = 8;

  /// Ledgers of split models are numbered from here, those of devices from 0.
  private static final int SPLITS = 100;

  /// Worlds get names that are never used twice; a seed may be told again.
  private static final AtomicLong WORLDS = new AtomicLong();

  private final ActorSystem<?> system;
  private final long number = WORLDS.incrementAndGet();
  private final Random random;
  private final List<SimReader> readers = new ArrayList<>();
  private final List<String> mixUps = new ArrayList<>();
  private final Map<String, Integer> longest = new HashMap<>();
  private final Set<Cut> cuts = new LinkedHashSet<>();
  private final EngineSettings settings;
  private final TaggingDevice.Failings failings;
  private final int misfortunes;
  private final List<FickleDevice.Switch> powers = new ArrayList<>();
  private final Map<Integer, Ledger> ledgers = new HashMap<>();
  private final Map<Integer, MemoryPlan> splitPlans = new HashMap<>();

  /// How a pool was cut, and for which plan if it serves one model only.
  private record Cut(PoolShape shape, Optional<MemoryPlan> plan) {}

  private final int devices;

  /// Whether no device holds a model, so that it must be split.
  private final boolean areSmall;

  private final long partBytes;
  private @Nullable ActorRef<Node.Command> node;
  private ActorRef<Fate.Command> fate;
  private int openings;
  private int splits;

  public World(ActorSystem<?> system, long seed) {
    this.system = system;
    fate = system.ignoreRef();
    random = new Random(seed * 0x9e3779b97f4a7c15L);
    settings = settings(random);
    failings = new TaggingDevice.Failings(random.nextInt(4) == 0 ? 0.003 : 0);
    misfortunes = random.nextInt(6);
    devices = 1 + Math.max(0, random.nextInt(5) - 2);
    areSmall = devices > 1 && random.nextBoolean();
    partBytes = partBytes(new Random(seed * 0x9e3779b97f4a7c15L + 1));
  }

  /// Of the pools: one part, or many that hold a page or some. Drawn apart, so that the rest of a
  /// seed's story does not depend on it.
  private static long partBytes(Random random) {
    boolean isWhole = random.nextInt(3) > 0;
    return isWhole ? Long.MAX_VALUE : 1024 * (1 + random.nextInt(8)) + 256 * random.nextInt(4);
  }

  private static EngineSettings settings(Random random) {
    int pages = 1 + random.nextInt(random.nextBoolean() ? 12 : 64);
    int chunk = PAGE_TOKENS << random.nextInt(2);
    return new EngineSettings(
        160,
        PAGE_TOKENS,
        Toys.kv(),
        Numerics.EXACT,
        new BatchLimits(chunk + 1 + random.nextInt(40), chunk, 2 + random.nextInt(10), 2, 4),
        new PoolSize(pages * 1024L, 0, 0),
        100,
        1 + random.nextInt(20),
        random.nextDouble() / 2,
        Duration.ofMinutes(5),
        Duration.ofMillis(10),
        Duration.ofSeconds(5));
  }

  @Override
  public void begin() {
    List<Outfit> outfits = new ArrayList<>();
    for (int i = 0; i < devices; i++) {
      outfits.add(outfit(i));
    }
    Node.Ground ground =
        new Node.Ground(
            Toys.loader(settings),
            settings,
            outfits,
            VirtualClock.current()::nowNs,
            () -> vault(SPLITS + splits++));
    ActorRef<Node.Command> started =
        system.systemActorOf(Node.create(ground), "world-" + number, Props.empty());
    node = started;
    fate = system.systemActorOf(Fate.create(started), "fate-" + number, Props.empty());
    List<String> models = pick(MODELS, 1 + random.nextInt(2));
    int count = 1 + random.nextInt(12);
    for (int i = 0; i < count; i++) {
      Completion completion = completion(models.get(random.nextInt(models.size())));
      SimReader reader = new SimReader(completion, SimReader.Habit.draw(random), started);
      readers.add(reader);
      system.systemActorOf(
          reader.asking(Duration.ofMillis(random.nextInt(200))),
          "reader-" + number + "-" + i,
          Props.empty());
      int choices = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : 1;
      for (int choice = 1; choice < choices; choice++) {
        SimReader other = reader.another(SimReader.Habit.draw(random));
        readers.add(other);
        system.systemActorOf(
            other.listening(), "reader-" + number + "-" + i + "-" + choice, Props.empty());
      }
    }
    for (int i = 0; i < misfortunes; i++) {
      system
          .scheduler()
          .scheduleOnce(
              Duration.ofMillis(random.nextInt(250)), this::strike, system.executionContext());
    }
  }

  /// Whose ledger is audited after every task.
  private Vault vault(int number) {
    return new Vault(
        settings.checkpointShare(), settings.limits().chunkTokens(), settings.waitingLimit()) {
      @Override
      Ledger open(List<PoolSpace> banks, List<MemoryPlan> plans) {
        Ledger opened = super.open(banks, plans);
        ledgers.put(number, opened);
        if (number >= SPLITS) {
          splitPlans.put(number, plans.getFirst());
        }
        openings++;
        return opened;
      }

      /// The pool of a split model ends with it, perhaps while a step rests that never ended.
      @Override
      void unregister(Ledger ledger, int model) {
        super.unregister(ledger, model);
        if (number >= SPLITS && ledgers.remove(number, ledger)) {
          ledger.audit();
          if (ledger.usage().leasedBytes() > 0) {
            mixUps.add("a split model has left, and its leases have not");
          }
        }
      }
    };
  }

  /// A device that may be too small for two models at once, or for one.
  private Outfit outfit(int device) {
    FickleDevice.Switch power = new FickleDevice.Switch();
    powers.add(power);
    power.weightBytes = 1000;
    long whole = settings.pool().fixedBytes() + power.weightBytes;
    long room =
        areSmall
            ? whole * (5 + random.nextInt(5)) / 10
            : whole + random.nextInt(2) * power.weightBytes;
    return new Outfit(
        device,
        "device-" + device,
        () -> new FickleDevice(power, new TaggingDevice(random, failings, partBytes, mixUps::add)),
        devices == 1 ? 0 : room,
        vault(device));
  }

  /// A device is lost some steps from now, and cannot be opened for a while.
  private void cutPower() {
    FickleDevice.Switch power = powers.get(random.nextInt(powers.size()));
    power.cutAfter(random.nextInt(4));
    system
        .scheduler()
        .scheduleOnce(
            Duration.ofMillis(random.nextInt(400)), power::restore, system.executionContext());
  }

  private Completion completion(String model) {
    Tokens stem = Toys.prompt(random.nextInt(3), random.nextInt(60));
    Tokens prompt = stem.plus(Toys.prompt(100 + random.nextInt(50), 1 + random.nextInt(40)));
    return new Completion(
        model,
        prompt,
        Sampling.greedy(),
        Optional.of(1 + random.nextInt(40)),
        List.of(),
        Optional.empty(),
        "tenant " + random.nextInt(2));
  }

  private static List<String> pick(List<String> all, int count, Random random) {
    Set<String> picked = new TreeSet<>();
    while (picked.size() < count) {
      picked.add(all.get(random.nextInt(all.size())));
    }
    return List.copyOf(picked);
  }

  private List<String> pick(List<String> all, int count) {
    return pick(all, count, random);
  }

  /// Kills a sequence that is alive, wherever it stands, crashes the pools or the schedulers, or
  /// cuts a device's power.
  private void strike() {
    List<SimReader> alive = readers.stream().filter(SimReader::canBeKilled).toList();
    switch (random.nextInt(devices == 1 ? 7 : 9)) {
      case 0 -> fate.tell(new Fate.CrashPool());
      case 1 -> fate.tell(new Fate.CrashSchedulers());
      case 2 -> fate.tell(new Fate.UnloadIdle(MODELS.get(random.nextInt(MODELS.size()))));
      case 7, 8 -> cutPower();
      default -> {
        if (!alive.isEmpty()) {
          SimReader victim = alive.get(random.nextInt(alive.size()));
          Adapter.toClassic(victim.kill()).tell(PoisonPill.getInstance(), null);
        }
      }
    }
  }

  @Override
  public void check() {
    if (!mixUps.isEmpty()) {
      throw new AssertionError("memory of another was read: " + mixUps.getFirst());
    }
    ledgers.forEach((number, books) -> {
      books.audit();
      cuts.add(new Cut(books.shape(), Optional.ofNullable(splitPlans.get(number))));
    });
    for (SimReader reader : readers) {
      if (reader.hasNews()) {
        reader.check(room(reader));
      }
    }
  }

  /// Tokens of an answer that the pool has room for; it may have been cut anew in the meantime.
  private SimReader.Room room(SimReader reader) {
    IntSummaryStatistics longest =
        cuts.stream().flatMapToInt(cut -> longestTokens(reader, cut).stream()).summaryStatistics();
    int promptTokens = reader.completion().prompt().length();
    return new SimReader.Room(longest.getMin() - promptTokens, longest.getMax() - promptTokens);
  }

  /// Empty if the pool never serves the reader's model.
  private OptionalInt longestTokens(SimReader reader, Cut cut) {
    String model = reader.completion().model();
    MemoryPlan plan = MemoryPlan.of(Toys.NEEDS.get(model), settings.kv(), PAGE_TOKENS);
    if (cut.plan().isPresent() && !likeness(cut.plan().get()).equals(likeness(plan))) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(
        longest.computeIfAbsent(
            model + cut,
            _ ->
                new Admission(
                        cut.plan().orElse(plan),
                        cut.shape(),
                        settings.limits().chunkTokens(),
                        settings.contextTokens())
                    .longest()));
  }

  /// The same for all plans of one model, wherever its banks are, and for no other.
  private static Map<Integer, Long> likeness(MemoryPlan plan) {
    Map<Integer, Long> bytes = new HashMap<>(Map.of(-1, plan.stateBytes()));
    plan.groups().forEach(group -> bytes.merge(group.windowTokens(), group.pageBytes(), Long::sum));
    return bytes;
  }

  @Override
  public boolean isOver() {
    return !readers.isEmpty()
        && readers.stream().allMatch(SimReader::isDone)
        && ledgers.values().stream().allMatch(books -> nothingIsHeld(books.usage()));
  }

  private static boolean nothingIsHeld(Usage usage) {
    return usage.leasedBytes() == 0 && usage.restingBytes() == 0;
  }

  /// What happened, in one line: the same for the same seed.
  public String story() {
    StringBuilder story = new StringBuilder();
    readers.forEach(reader -> story.append(reader.story()).append("; "));
    return story.toString();
  }

  /// Counts how the streams ended, and what went wrong on the way.
  public void count(Map<String, Integer> counts) {
    for (SimReader reader : readers) {
      counts.merge(reader.end(), 1, Integer::sum);
      counts.merge("preemptions", reader.preemptions(), Integer::sum);
    }
    counts.merge("openings of pools", openings, Integer::sum);
    int ofDevices = (int) ledgers.keySet().stream().filter(number -> number < SPLITS).count();
    counts.merge("second devices used", Math.max(0, ofDevices - 1), Integer::sum);
    counts.merge("split models", splits, Integer::sum);
  }

  /// Ends the node; what it leaves behind is nobody's any more.
  public void close() {
    if (node != null) {
      Adapter.toClassic(node).tell(PoisonPill.getInstance(), null);
    }
  }
}
