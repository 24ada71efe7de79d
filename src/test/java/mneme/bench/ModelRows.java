package mneme.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mneme.cli.bench.ModelSpeed;
import mneme.cli.bench.ModelSpeed.Room;
import mneme.cli.bench.ModelSpeed.Round;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.probe.Ceiling;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;

/// The rows of one model on one device.
final class ModelRows {
  /// Tokens that each sequence has read before it is timed.
  private static final int CONTEXT = 256;

  private static final int STEPS = 16;
  private static final int MOST_ROUNDS = 5;
  private static final KvEncoding KV = KvEncoding.both(Encoding.BF16);

  private final Options options;
  private final RandomModel model;
  private final Device device;
  private final Ceiling ceiling;

  ModelRows(Options options, RandomModel model, Device device, Ceiling ceiling) {
    this.options = options;
    this.model = model;
    this.device = device;
    this.ceiling = ceiling;
  }

  private interface Timed {
    Round round();
  }

  private record Row(String label, Timed timed) {}

  void print(String name, double seconds, DeviceBench.Printed printed) {
    long start = System.nanoTime();
    Optional<Room> room = room();
    if (room.isEmpty()) {
      printed.say("%s: no room%n", name);
      return;
    }
    try (ModelSpeed speed = new ModelSpeed(model, device, KV, room.get())) {
      double loading = (System.nanoTime() - start) / 1e9;
      printed.say(
          "%s: %.2f GB, ready in %.1f s; room for %d sequences%n",
          name, speed.weightBytes() / 1e9, loading, room.get().sequences());
      List<Row> rows = rows(speed, room.get());
      for (int i = 0; i < rows.size(); i++) {
        double left = seconds - (System.nanoTime() - start) / 1e9;
        if (left < Options.LEAST_SECONDS) {
          printed.say("  %d rows left out: no time left%n", rows.size() - i);
          return;
        }
        printed.say(
            "  %-16s %s%n",
            rows.get(i).label(), measured(rows.get(i), speed, left / (rows.size() - i)));
      }
    }
  }

  /// For as many sequences as fit; the largest of those that are wanted at most.
  private Optional<Room> room() {
    long free = Math.min(device.info().freeBytes(), device.info().totalBytes()) / 10 * 9;
    int longest = options.prompts().stream().max(Comparator.naturalOrder()).orElse(1);
    return options.sequences().stream()
        .sorted(Comparator.reverseOrder())
        .map(sequences -> new Room(sequences, CONTEXT + STEPS, longest))
        .filter(room -> fits(room, free))
        .findFirst();
  }

  private boolean fits(Room room, long free) {
    return ModelSpeed.bytes(model, device, KV, room) <= free;
  }

  private List<Row> rows(ModelSpeed speed, Room room) {
    List<Row> rows = new ArrayList<>();
    for (int sequences : options.sequences()) {
      if (sequences <= room.sequences()) {
        rows.add(
            new Row(
                "decode of %d".formatted(sequences),
                () -> speed.decode(sequences, CONTEXT, STEPS)));
      }
    }
    for (int prompt : options.prompts()) {
      rows.add(new Row("prefill of %d".formatted(prompt), () -> speed.prefill(prompt)));
    }
    return rows;
  }

  /// The median of the rounds that there is time for, after one that is not counted.
  private String measured(Row row, ModelSpeed speed, double seconds) {
    long start = System.nanoTime();
    speed.limit(seconds / 3);
    List<Round> rounds = new ArrayList<>();
    try {
      Round first = row.timed().round();
      while (rounds.size() < MOST_ROUNDS && (System.nanoTime() - start) / 1e9 < seconds) {
        rounds.add(row.timed().round());
      }
      if (rounds.isEmpty()) {
        rounds.add(first);
      }
    } catch (DeviceException e) {
      return String.valueOf(e.getMessage());
    }
    rounds.sort(Comparator.comparingDouble(Round::tokensPerSecond));
    return told(rounds.get(rounds.size() / 2)) + ", rounds: " + rounds.size();
  }

  private String told(Round median) {
    double bytes = median.bytes() / median.seconds();
    double flops = median.flops() / median.seconds();
    return String.format(
        Locale.ROOT,
        "%9.1f tokens/s %8.1f GB/s %5.1f %% %9.3f TFLOP/s %5.1f %%   tokens: %d",
        median.tokensPerSecond(),
        bytes / 1e9,
        100 * bytes / ceiling.bytesPerSecond(),
        flops / 1e12,
        100 * flops / ceiling.flopsPerSecond(),
        median.tokens());
  }
}
