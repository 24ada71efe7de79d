package mneme.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import mneme.cli.bench.ModelCommands;
import mneme.cli.bench.ModelSpeed;
import mneme.device.Device;
import mneme.device.host.OpTimes;
import mneme.device.probe.Ceiling;
import mneme.format.Encoding;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.memory.KvEncoding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "model",
    description = {
      "Times prefill and decode on one device alone, round by round as standard input says:",
      "'prefill TOKENS', 'decode SEQUENCES CONTEXT STEPS', 'check TOKENS', 'memory',",
      "'ceiling', 'quit'."
    })
final class BenchModel implements Runnable {
  @Mixin private Configured configured;

  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "MODEL",
      description = "A GGUF file, a folder, or a known name.")
  private String model;

  @Mixin private DeviceOption device;

  @Option(
      names = "--kv",
      paramLabel = "TYPE",
      defaultValue = "BF16",
      description = "Encoding of keys and values: F32, F16, BF16, Q8_0 (${DEFAULT-VALUE}).")
  private Encoding kv;

  @Option(
      names = "--sequences",
      paramLabel = "N",
      defaultValue = "16",
      description = "Most sequences side by side (${DEFAULT-VALUE}).")
  private int sequences;

  @Option(
      names = "--ctx",
      paramLabel = "N",
      defaultValue = "2304",
      description = "Tokens that each of them has room for (${DEFAULT-VALUE}).")
  private int contextTokens;

  @Option(
      names = "--longest",
      paramLabel = "N",
      description = "Tokens that a sequence alone has room for (default: as many as each).")
  private int longest;

  @Option(
      names = "--ops",
      description = "Add to each answer the milliseconds that every kind of op took (host only).")
  private boolean showsOps;

  @Option(
      names = "--limit",
      paramLabel = "SECONDS",
      description = "Let a round that would take longer end with fewer tokens.")
  private double seconds = Double.POSITIVE_INFINITY;

  @Override
  public void run() {
    Path path = configured.catalog().path(model);
    Optional<OpTimes> times = showsOps ? Optional.of(new OpTimes()) : Optional.empty();
    var room = new ModelSpeed.Room(sequences, contextTokens, Math.max(contextTokens, longest));
    try (Device opened = times.map(device::openTimed).orElseGet(device::open);
        ModelFile file = ModelFiles.open(path);
        ModelSpeed speed = new ModelSpeed(file, opened, KvEncoding.both(kv), room)) {
      speed.limit(seconds);
      new ModelCommands(speed, () -> Ceiling.of(opened), times)
          .serve(
              new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
              new PrintStream(System.out, true, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
