package mneme.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.device.host.OpTimes;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.LeaseView;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import mneme.model.Architectures;

/// Times prefill and decode of a model on a device, without scheduler and HTTP. It works on
/// command, one short round at a time, so that a script can let two programs take turns on the same
/// machine: `prefill TOKENS`, `decode SEQUENCES CONTEXT STEPS`, `check TOKENS` (the likeliest
/// tokens after a prompt), `memory`, `quit`. Each is answered by one line of JSON.
public final class ModelSpeed implements AutoCloseable {
  private static final int PAGE_TOKENS = 32;
  private static final int CHUNK = 512;

  private final ModelFile file;
  private final Program program;
  private final MemoryPlan plan;
  private final DevicePool pool;
  private final Logits logits;
  private final List<Lease> leases = new ArrayList<>();
  private final Random random = new Random(1);
  private Optional<OpTimes> times = Optional.empty();

  /// @param sequences most sequences side by side
  /// @param contextTokens longest context, new tokens included
  public ModelSpeed(
      Path model, Device device, KvEncoding encoding, int sequences, int contextTokens) {
    file = ModelFiles.open(model);
    Graph graph = Architectures.graph(file, contextTokens);
    plan = MemoryPlan.of(graph.needs(), encoding, PAGE_TOKENS);
    program = device.prepare(graph, plan, Numerics.QUANTIZED);
    logits = new Logits(graph.vocabulary());
    Places places = new Places(device.info().partBytes());
    for (int i = 0; i < sequences; i++) {
      leases.add(new Lease(places, contextTokens));
    }
    pool = device.openPool(places.end);
  }

  /// Places one behind the other, none of them in two parts of the pool.
  private static final class Places {
    private final long partBytes;
    private long end;

    Places(long partBytes) {
      this.partBytes = partBytes;
    }

    long take(long bytes) {
      if (end / partBytes != (end + bytes - 1) / partBytes) {
        end = (end / partBytes + 1) * partBytes;
      }
      end += bytes;
      return end - bytes;
    }
  }

  /// States first, then each group's pages, one after another.
  private final class Lease implements LeaseView {
    private final long[] states;
    private final long[][] pages;

    Lease(Places places, int contextTokens) {
      states = plan.states().stream().mapToLong(state -> places.take(state.bytes())).toArray();
      pages = new long[plan.groups().size()][contextTokens / PAGE_TOKENS + 1];
      for (int group = 0; group < pages.length; group++) {
        long pageBytes = plan.groups().get(group).pageBytes();
        Arrays.setAll(pages[group], _ -> places.take(pageBytes));
      }
    }

    @Override
    public long page(int group, int index) {
      return pages[group][index];
    }

    @Override
    public long state(int state) {
      return states[state];
    }
  }

  /// Adds to each answer the milliseconds that every kind of op took.
  ///
  /// @param noted where the device notes them
  public void show(OpTimes noted) {
    times = Optional.of(noted);
  }

  /// Answers commands until there are no more.
  public void serve(BufferedReader commands, PrintStream answers) throws IOException {
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.strip().split("\\s+");
      switch (words[0]) {
        case "prefill" -> answers.println(prefill(Integer.parseInt(words[1])));
        case "decode" ->
            answers.println(
                decode(
                    Integer.parseInt(words[1]),
                    Integer.parseInt(words[2]),
                    Integer.parseInt(words[3])));
        case "check" -> answers.println(check(Integer.parseInt(words[1])));
        case "memory" -> answers.println(memory());
        case "quit" -> {
          return;
        }
        default -> throw new IllegalArgumentException("no such command: " + line);
      }
      answers.flush();
    }
  }

  /// Weights, and the most memory that this process has held so far, as Linux counts it.
  private String memory() throws IOException {
    Path status = Path.of("/proc/self/status");
    String peak = "";
    if (Files.isReadable(status)) {
      for (String line : Files.readAllLines(status)) {
        peak = line.startsWith("VmHWM") ? line.replaceAll("\\D", "") : peak;
      }
    }
    return "{\"what\":\"memory\",\"weight_bytes\":%d,\"peak_kib\":%s}"
        .formatted(program.weightBytes(), peak.isEmpty() ? "null" : peak);
  }

  private String prefill(int tokens) {
    long start = System.nanoTime();
    long cpu = cpuNs();
    for (int at = 0; at < tokens; at += CHUNK) {
      int count = Math.min(CHUNK, tokens - at);
      step(List.of(new Span(prompt(count), at, leases.get(0), at + count == tokens ? 1 : 0)));
    }
    return answer("prefill", tokens, start, cpu);
  }

  private Tokens prompt(int tokens) {
    return Tokens.of(random.ints(tokens, 0, logits.vocabulary()).toArray());
  }

  /// The context is taken as read: what its pages hold does not change the time.
  private String decode(int sequences, int context, int steps) {
    int[] next = random.ints(sequences, 0, logits.vocabulary()).toArray();
    long start = System.nanoTime();
    long cpu = cpuNs();
    for (int i = 0; i < steps; i++) {
      List<Span> spans = new ArrayList<>();
      for (int s = 0; s < sequences; s++) {
        spans.add(new Span(Tokens.of(next[s]), context + i, leases.get(s), 1));
      }
      step(spans);
      Arrays.setAll(next, this::best);
    }
    return answer("decode", sequences * steps, start, cpu);
  }

  /// The ten likeliest tokens after a prompt that another program can make too, and their
  /// probabilities before the softmax has divided by its sum.
  private String check(int tokens) {
    int[] prompt = IntStream.range(0, tokens).map(i -> 1000 + i * 7919 % 20_000).toArray();
    step(List.of(new Span(Tokens.of(prompt), 0, leases.get(0), 1)));
    float[] row = logits.row(0);
    int[] top =
        IntStream.range(0, row.length)
            .boxed()
            .sorted(Comparator.comparingDouble(token -> -row[token]))
            .limit(10)
            .mapToInt(Integer::intValue)
            .toArray();
    return Arrays.stream(top)
        .mapToObj(token -> "[%d,%.6f]".formatted(token, Math.exp(row[token] - row[top[0]])))
        .collect(Collectors.joining(",", "{\"what\":\"check\",\"top\":[", "]}"));
  }

  private void step(List<Span> spans) {
    program.run(new Batch(spans), pool, logits);
  }

  private int best(int row) {
    float[] values = logits.values();
    int from = row * logits.vocabulary();
    int best = 0;
    for (int i = 1; i < logits.vocabulary(); i++) {
      best = values[from + i] > values[from + best] ? i : best;
    }
    return best;
  }

  private String answer(String what, int tokens, long startNs, long startCpuNs) {
    double seconds = (System.nanoTime() - startNs) / 1e9;
    return String.format(
        Locale.ROOT,
        "{\"what\":\"%s\",\"tokens\":%d,\"seconds\":%.4f,\"tokens_per_s\":%.3f,\"cpu_s\":%.3f%s}",
        what,
        tokens,
        seconds,
        tokens / seconds,
        (cpuNs() - startCpuNs) / 1e9,
        times.map(ModelSpeed::milliseconds).orElse(""));
  }

  private static String milliseconds(OpTimes times) {
    return times.take().entrySet().stream()
        .map(op -> String.format(Locale.ROOT, "\"%s\":%.3f", op.getKey(), op.getValue() / 1e6))
        .collect(Collectors.joining(",", ",\"op_ms\":{", "}"));
  }

  private static long cpuNs() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime();
  }

  @Override
  public void close() {
    program.close();
    pool.close();
    file.close();
  }
}
