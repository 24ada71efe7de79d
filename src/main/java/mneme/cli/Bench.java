package mneme.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.cli.bench.Figures;
import mneme.cli.bench.LoadException;
import mneme.cli.bench.LoadTest;
import mneme.cli.bench.SchedulingCost;
import mneme.cli.bench.Workload;
import mneme.store.Catalog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    subcommands = BenchModel.class,
    description =
        "Measures throughput and latency, of this engine or of any server of the OpenAI dialect.")
final class Bench implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;

  @Option(
      names = "--against",
      paramLabel = "URL",
      description = "A server's base address, before /v1 (default: a node in this process).")
  private Optional<URI> against = Optional.empty();

  @Option(
      names = "--scheduling",
      description = "Measure instead what a token costs beside computing, on the null device.")
  private boolean isScheduling;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "A model of that server (default: the first it lists).")
  private Optional<String> model = Optional.empty();

  @Option(
      names = "--streams",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,4,16,64",
      description = "Streams at a time, one run each (${DEFAULT-VALUE}).")
  private List<Integer> streams;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "2",
      description = "Requests of each stream (${DEFAULT-VALUE}); at least 4 in all.")
  private int rounds;

  @Option(
      names = "--prompt-words",
      paramLabel = "N",
      defaultValue = "100",
      description = "Words of each prompt (${DEFAULT-VALUE}); no two share a beginning.")
  private int promptWords;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "64",
      description = "Tokens of each answer (${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--may-end",
      description = "Let answers end early, for servers that do not know ignore_eos.")
  private boolean mayEnd;

  @Option(names = "--api-key", paramLabel = "KEY", description = "For servers that want one.")
  private String apiKey = "";

  @Override
  public void run() {
    if (rounds < 1 || promptWords < 1 || tokens < 1 || streams.stream().anyMatch(n -> n < 1)) {
      throw new WrongInputException("streams, rounds, words and tokens must be at least 1");
    }
    try {
      run(spec.commandLine().getOut());
    } catch (LoadException refused) {
      throw new WrongInputException(String.valueOf(refused.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(PrintWriter out) throws InterruptedException {
    Config config = configured.config();
    if (isScheduling) {
      SchedulingCost.measure(config, out);
    } else if (against.isPresent()) {
      measure(against.get(), out);
    } else {
      try (LocalNode node = LocalNode.start(config, Catalog.of(config), Optional.of(0))) {
        measure(node.address(), out);
      }
    }
  }

  private void measure(URI server, PrintWriter out) throws InterruptedException {
    String asked = model.orElseGet(() -> firstModel(server));
    out.println(
        "%s, %s: prompts of %d words, answers of %d tokens"
            .formatted(server, asked, promptWords, tokens));
    LoadTest load = new LoadTest(new Workload(server, asked, apiKey, promptWords, tokens, !mayEnd));
    load.warmUp();
    List<List<String>> rows = new ArrayList<>(List.of(Figures.header()));
    for (int n : streams) {
      rows.add(load.run(n, Math.max(4, n * rounds)).row());
    }
    Humane.table(rows).forEach(out::println);
  }

  private String firstModel(URI server) {
    try (Client client = new Client(server, apiKey)) {
      JsonNode first = client.get("/v1/models").path("data").path(0).path("id");
      if (!first.isTextual()) {
        throw new WrongInputException(server + " lists no model; name one with --model");
      }
      return first.textValue();
    }
  }
}
