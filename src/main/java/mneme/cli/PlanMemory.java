package mneme.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mneme.api.PlanRoutes;
import mneme.device.Device;
import mneme.engine.Forecast;
import mneme.engine.Planner;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import mneme.model.Architectures;
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

  @Option(names = "--json", description = "Print what POST /api/plan answers.")
  private boolean isJson;

  @Override
  public void run() {
    check(contextTokens, "--ctx");
    check(users, "--users");
    Config config = withPool(configured.config());
    try (ModelFile file = ModelFiles.open(configured.catalog().path(model));
        Device hardware = device.open()) {
      int made = Math.max(1, ModelOption.contextTokens(file));
      Graph graph = Architectures.graph(file, made);
      MemoryPlan plan = kv.plan(graph, config, KvOption.served(config));
      Planner.Query query = new Planner.Query(contextTokens, users.orElse(1));
      Forecast forecast =
          Planner.of(config)
              .forecast(new Planner.Subject(model, graph, plan, made), hardware, query);
      Forecast.OnDevice on = forecast.devices().getFirst();
      if (on.because().isPresent()) {
        throw new WrongInputException(on.because().get());
      }
      if (isJson) {
        spec.commandLine().getOut().println(PlanRoutes.text(forecast));
      } else {
        describe(forecast, on);
      }
    }
  }

  private Config withPool(Config config) {
    return poolBytes
        .map(bytes ->
            config.withValue("mneme.engine.pool.bytes", ConfigValueFactory.fromAnyRef(bytes)))
        .orElse(config);
  }

  private static void check(Optional<Integer> number, String option) {
    if (number.isPresent() && number.get() < 1) {
      throw new WrongInputException(option + " is " + number.get() + ", wanted at least 1");
    }
  }

  private void describe(Forecast forecast, Forecast.OnDevice on) {
    Forecast.Bytes bytes = on.bytes();
    line(
        "%s on %s (%s): weights %s, scratch %s, pool %s in %d slabs of %s, of it %s for checkpoints",
        model,
        on.device(),
        on.name(),
        Humane.bytes(bytes.weightBytes()),
        Humane.bytes(bytes.scratchBytes()),
        Humane.bytes(bytes.poolBytes()),
        bytes.slabs(),
        Humane.bytes(bytes.slabBytes()),
        Humane.bytes(bytes.checkpointBytes()));
    for (Forecast.Group group : forecast.layout().groups()) {
      line(
          "pages of %d tokens: %d bytes for %d layers%s",
          forecast.layout().pageTokens(),
          group.pageBytes(),
          group.layers(),
          group.windowTokens() == 0 ? "" : ", window of " + group.windowTokens() + " tokens");
    }
    if (forecast.layout().stateBytes() > 0) {
      line("states: %d bytes a sequence, and a checkpoint", forecast.layout().stateBytes());
    }
    Humane.table(rows(on)).forEach(spec.commandLine().getOut()::println);
    if (users.isPresent()) {
      on.asked().ifPresent(crowd -> answer(crowd, bytes.slabs()));
    }
  }

  private static List<List<String>> rows(Forecast.OnDevice on) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TOKENS", "PAGES", "STATES", "A SEQUENCE", "AT MOST", "SEQUENCES"));
    for (Forecast.Length row : on.lengths()) {
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

  private void answer(Forecast.Crowd crowd, int slabs) {
    String verdict =
        crowd.fits()
            ? "they fit in " + crowd.slabs() + " of " + slabs + " slabs"
            : "they do not fit at once: " + crowd.slabs() + " slabs, there are " + slabs;
    line(
        "%d sequences of %d tokens need %d bytes; %s",
        crowd.users(), crowd.tokens(), crowd.bytes(), verdict);
  }

  private void line(String format, Object... values) {
    spec.commandLine().getOut().printf(Locale.ROOT, format + "%n", values);
  }
}
