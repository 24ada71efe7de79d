package mneme.cli;

import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mneme.device.Device;
import mneme.device.DeviceInfo;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.memory.Footprint;
import mneme.memory.MemoryPlan;
import mneme.memory.PoolShape;
import mneme.memory.SlabSizing;
import mneme.model.Architectures;
import mneme.schedule.WhatIf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "plan",
    description = {
      "Says what fits before anything is loaded: bytes by kind, sequences by length.",
      "It is the arithmetic by which the server admits, not an estimate."
    })
final class PlanMemory implements Runnable {
  private static final int SHORTEST = 512;

  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private DeviceOption device;
  @Mixin private KvOption kv;

  @Parameters(paramLabel = "MODEL", description = "A GGUF file, a folder, or a known name.")
  private String model;

  @Option(names = "--ctx", paramLabel = "N", description = "Also answer for this many tokens.")
  private Optional<Integer> contextTokens = Optional.empty();

  @Option(
      names = "--users",
      paramLabel = "M",
      description = "Also answer for this many sequences at once.")
  private Optional<Integer> users = Optional.empty();

  @Option(
      names = "--pool",
      paramLabel = "BYTES",
      description = "Plan for a pool of so many bytes (default: what the server would take).")
  private Optional<Long> poolBytes = Optional.empty();

  @Override
  public void run() {
    Config config = configured.config();
    check(contextTokens, "--ctx");
    check(users, "--users");
    try (ModelFile file = ModelFiles.open(configured.catalog().path(model));
        Device hardware = device.open()) {
      int made = Math.max(1, ModelOption.contextTokens(file));
      Graph graph = Architectures.graph(file, made);
      MemoryPlan plan = kv.plan(graph, config, KvOption.served(config));
      long weights = file.tensors().stream().mapToLong(Tensor::bytes).sum();
      long pool = poolBytes.orElseGet(() -> served(config, hardware.info(), weights));
      PoolShape shape = shape(pool, plan);
      PrintWriter out = spec.commandLine().getOut();
      line(
          "%s on %s (%s): weights %s, pool %s in %d slabs of %s",
          model,
          hardware.info().id(),
          hardware.info().name(),
          Humane.bytes(weights),
          Humane.bytes(shape.bytes()),
          shape.slabs(),
          Humane.bytes(shape.slabBytes()));
      describe(plan);
      int chunk = config.getInt("mneme.engine.step.chunk-tokens");
      WhatIf whatIf = new WhatIf(plan, shape, chunk);
      Humane.table(rows(plan, whatIf, made)).forEach(out::println);
      users.ifPresent(count -> {
        int tokens = contextTokens.orElse(made);
        answer(count, tokens, Footprint.peak(plan, tokens, chunk).times(count), shape);
      });
    }
  }

  private static void check(Optional<Integer> number, String option) {
    if (number.isPresent() && number.get() < 1) {
      throw new WrongInputException(option + " is " + number.get() + ", wanted at least 1");
    }
  }

  /// As `mneme.engine.pool` says: fixed, or a share of what the weights leave free.
  private static long served(Config config, DeviceInfo device, long weights) {
    Config pool = config.getConfig("mneme.engine.pool");
    long fixed = pool.getBytes("bytes");
    long share = (long) ((device.freeBytes() - weights) * pool.getDouble("share"));
    return fixed > 0 ? fixed : Math.max(0, Math.min(pool.getBytes("most-bytes"), share));
  }

  private static PoolShape shape(long pool, MemoryPlan plan) {
    try {
      return SlabSizing.of(pool, List.of(plan));
    } catch (IllegalArgumentException e) {
      throw new WrongInputException(String.valueOf(e.getMessage()));
    }
  }

  private void describe(MemoryPlan plan) {
    for (MemoryPlan.Group group : plan.groups()) {
      line(
          "pages of %d tokens: %d bytes for %d layers%s",
          plan.pageTokens(),
          group.pageBytes(),
          group.needs().size(),
          group.windowTokens() == 0 ? "" : ", window of " + group.windowTokens() + " tokens");
    }
    if (plan.stateBytes() > 0) {
      line("states: %d bytes a sequence in %d blocks", plan.stateBytes(), plan.states().size());
    }
  }

  private List<List<String>> rows(MemoryPlan plan, WhatIf whatIf, int made) {
    List<WhatIf.Row> all = new ArrayList<>(whatIf.table(Math.min(SHORTEST, made), made));
    contextTokens
        .filter(tokens -> all.stream().noneMatch(row -> row.tokens() == tokens))
        .ifPresent(tokens -> all.add(whatIf.row(tokens)));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TOKENS", "PAGES", "STATES", "A SEQUENCE", "AT MOST", "SEQUENCES"));
    for (WhatIf.Row row : all) {
      rows.add(
          List.of(
              String.valueOf(row.tokens()),
              String.valueOf(row.bytes() - row.stateBytes()),
              String.valueOf(row.stateBytes()),
              String.valueOf(row.bytes()),
              String.valueOf(row.peakBytes()),
              row.sequences() == Long.MAX_VALUE ? "any" : String.valueOf(row.sequences())));
    }
    return rows;
  }

  private void answer(int count, int tokens, Footprint all, PoolShape shape) {
    String verdict =
        all.fits(shape)
            ? "they fit in " + all.slabs(shape) + " of " + shape.slabs() + " slabs"
            : "they do not fit at once: " + all.slabs(shape) + " slabs, there are " + shape.slabs();
    line("%d sequences of %d tokens need %d bytes; %s", count, tokens, all.bytes(), verdict);
  }

  private void line(String format, Object... values) {
    spec.commandLine().getOut().printf(Locale.ROOT, format + "%n", values);
  }
}
