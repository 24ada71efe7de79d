package mneme.cli;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import picocli.CommandLine.Option;

/// How keys and values are kept.
final class KvOption {
  @Option(
      names = "--kv",
      paramLabel = "K[,V]",
      description = "Encoding of keys and values: f32, bf16, f16 or q8_0.")
  private Optional<String> encoding = Optional.empty();

  @Option(
      names = "--page-tokens",
      paramLabel = "N",
      description = "Tokens of a page, a power of two.")
  private Optional<Integer> pageTokens = Optional.empty();

  /// With pages as they are served, and with `kv` unless the user says otherwise.
  MemoryPlan plan(Graph graph, Config config, KvEncoding kv) {
    int tokens = pageTokens.orElse(config.getInt("mneme.engine.page-tokens"));
    try {
      return MemoryPlan.of(graph.needs(), encoding.map(KvOption::parsed).orElse(kv), tokens);
    } catch (IllegalArgumentException e) {
      throw new WrongInputException(String.valueOf(e.getMessage()));
    }
  }

  /// As keys and values are served.
  static KvEncoding served(Config config) {
    Config kv = config.getConfig("mneme.engine.kv");
    return new KvEncoding(part(kv.getString("keys")), part(kv.getString("values")));
  }

  private static KvEncoding parsed(String text) {
    List<Encoding> parts = Stream.of(text.split(",", -1)).map(KvOption::part).toList();
    return switch (parts.size()) {
      case 1 -> KvEncoding.both(parts.getFirst());
      case 2 -> new KvEncoding(parts.getFirst(), parts.getLast());
      default -> throw new WrongInputException("--kv " + text + ": wanted K or K,V");
    };
  }

  private static Encoding part(String name) {
    try {
      return Encoding.valueOf(name.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new WrongInputException("no encoding of keys and values is called '" + name + "'");
    }
  }
}
