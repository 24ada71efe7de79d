package mneme.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import mneme.device.host.OpTimes;
import mneme.device.probe.Ceiling;

/// Times a model on command, so that a script can let two programs take turns on the same machine:
/// `prefill TOKENS`, `decode SEQUENCES CONTEXT STEPS`, `check TOKENS` (the likeliest tokens after a
/// prompt), `memory`, `ceiling` (what the device moves and multiplies at most), `quit`. Each is
/// answered by one line of JSON.
public final class ModelCommands {
  private final ModelSpeed speed;
  private final Supplier<Optional<Ceiling>> ceiling;
  private final Optional<OpTimes> times;

  /// @param ceiling finds out that of the device, if it can; asked only on command
  /// @param times where the device notes what every kind of op took, to add it to each answer
  public ModelCommands(
      ModelSpeed speed, Supplier<Optional<Ceiling>> ceiling, Optional<OpTimes> times) {
    this.speed = speed;
    this.ceiling = ceiling;
    this.times = times;
  }

  /// Answers commands until there are no more.
  public void serve(BufferedReader commands, PrintStream answers) throws IOException {
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.strip().split("\\s+");
      int[] numbers = Arrays.stream(words).skip(1).mapToInt(Integer::parseInt).toArray();
      switch (words[0]) {
        case "prefill" -> answers.println(answer(speed.prefill(numbers[0])));
        case "decode" -> answers.println(answer(speed.decode(numbers[0], numbers[1], numbers[2])));
        case "check" -> answers.println(check(numbers[0]));
        case "memory" -> answers.println(memory());
        case "ceiling" -> answers.println(most());
        case "quit" -> {
          return;
        }
        default -> throw new IllegalArgumentException("no such command: " + line);
      }
      answers.flush();
    }
  }

  private String answer(ModelSpeed.Round round) {
    return String.format(
        Locale.ROOT,
        "{\"what\":\"%s\",\"tokens\":%d,\"seconds\":%.4f,\"tokens_per_s\":%.3f,\"cpu_s\":%.3f,"
            + "\"bytes\":%d,\"flop\":%d%s}",
        round.what(),
        round.tokens(),
        round.seconds(),
        round.tokensPerSecond(),
        round.cpuSeconds(),
        round.bytes(),
        round.flops(),
        times.map(ModelCommands::milliseconds).orElse(""));
  }

  private static String milliseconds(OpTimes times) {
    return times.take().entrySet().stream()
        .map(op -> String.format(Locale.ROOT, "\"%s\":%.3f", op.getKey(), op.getValue() / 1e6))
        .collect(Collectors.joining(",", ",\"op_ms\":{", "}"));
  }

  private String check(int tokens) {
    return speed.check(tokens).stream()
        .map(likely -> String.format(Locale.ROOT, "[%d,%.6f]", likely.token(), likely.share()))
        .collect(Collectors.joining(",", "{\"what\":\"check\",\"top\":[", "]}"));
  }

  private String most() {
    Ceiling most = ceiling.get().orElse(new Ceiling(0, 0));
    return String.format(
        Locale.ROOT,
        "{\"what\":\"ceiling\",\"bytes_per_s\":%.0f,\"flop_per_s\":%.0f}",
        most.bytesPerSecond(),
        most.flopsPerSecond());
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
        .formatted(speed.weightBytes(), peak.isEmpty() ? "null" : peak);
  }
}
