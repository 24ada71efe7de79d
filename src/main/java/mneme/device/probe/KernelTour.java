package mneme.device.probe;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.device.Batch;
import mneme.device.Device;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Numerics;
import mneme.device.Program;
import mneme.device.Span;
import mneme.device.host.HostDevice;
import mneme.format.Encoding;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;

/// Takes a device through every op and encoding beside the host, so that each of its kernels is
/// compiled and run once: many rows, then few, then the choice of the best tokens. Where it has
/// matrix units and may use them, their kernels too: tiles of rows, then a row alone.
final class KernelTour {
  private static final int PAGE_TOKENS = 16;
  private static final int[][] PIECES = {{0, 20}, {20, 23}, {23, 27}};
  private static final int[][] PIECES_IN_UNITS = {{0, 66}, {66, 67}};
  private static final int BEST = 8;

  /// Of the largest number of an op's row: keys, values and what goes to matrix units are in f16,
  /// and sums may be added up in another order.
  private static final double TOLERANCE = 4e-3;

  private final List<TourGraph.Stop> stops;
  private final Graph graph;
  private final MemoryPlan plan;
  private final int[][] pieces;
  private final Numerics numerics;

  /// By token, what products made of it first.
  private final Map<Integer, float[]> products = new HashMap<>();

  private KernelTour(int[][] pieces, Numerics numerics) {
    this.pieces = pieces;
    this.numerics = numerics;
    TourGraph tour = new TourGraph();
    stops = tour.stops();
    graph = tour.build();
    plan = MemoryPlan.of(graph.needs(), KvEncoding.both(Encoding.F16), PAGE_TOKENS);
  }

  /// The first op that gives other numbers than the host, with how far it is off.
  ///
  /// @throws DeviceException if the device fails
  static Optional<String> fault(Device device) {
    Optional<String> fault = new KernelTour(PIECES, Numerics.EXACT).run(device);
    return fault.isPresent() || !device.hasMatrixUnits() ? fault : faultInUnits(device);
  }

  private static Optional<String> faultInUnits(Device device) {
    return new KernelTour(PIECES_IN_UNITS, Numerics.QUANTIZED)
        .run(device)
        .map(fault -> fault + " in matrix units; mneme.engine.matrix-units = OFF does without");
  }

  private Optional<String> run(Device device) {
    try (Device host = new HostDevice(1);
        Stand right = new Stand(host, Numerics.EXACT);
        Stand tried = new Stand(device, numerics)) {
      for (int[] piece : pieces) {
        boolean choosesBest = numerics == Numerics.EXACT && piece[1] == tokens();
        Logits expected = right.read(piece, 0);
        Logits actual = tried.read(piece, choosesBest ? BEST : 0);
        for (int row = 0; row < expected.rows(); row++) {
          Optional<String> fault =
              actual.isWhole()
                  ? compare(token(piece[0] + row), expected.row(row), actual.row(row))
                  : compareBest(expected.row(row), actual.row(row));
          if (fault.isPresent()) {
            return fault;
          }
        }
      }
      return Optional.empty();
    }
  }

  private int tokens() {
    return pieces[pieces.length - 1][1];
  }

  private static int token(int position) {
    return (position * 7 + 3) % TourGraph.VOCABULARY;
  }

  /// The graph on one device, with memory for one sequence.
  private final class Stand implements AutoCloseable {
    private final SideBySide memory = new SideBySide(plan, tokens());
    private final Logits logits = new Logits(graph.vocabulary());
    private final Program program;
    private final DevicePool pool;

    Stand(Device device, Numerics numerics) {
      program = device.prepare(graph, plan, numerics);
      pool = device.openPool(memory.bytes());
    }

    Logits read(int[] piece, int best) {
      int[] tokens = new int[piece[1] - piece[0]];
      Arrays.setAll(tokens, i -> token(piece[0] + i));
      logits.want(best);
      Span span = new Span(Tokens.of(tokens), piece[0], memory, tokens.length);
      program.run(new Batch(List.of(span)), pool, logits);
      return logits;
    }

    @Override
    public void close() {
      pool.close();
      program.close();
    }
  }

  private Optional<String> compare(int token, float[] expected, float[] actual) {
    return compareNumbers(expected, actual).or(() -> compareBits(token, actual));
  }

  private Optional<String> compareNumbers(float[] expected, float[] actual) {
    return stops.stream()
        .flatMap(stop ->
            compare(
                stop.op(),
                Arrays.copyOfRange(expected, stop.from(), stop.to()),
                Arrays.copyOfRange(actual, stop.from(), stop.to()))
                .stream())
        .findFirst();
  }

  /// Products of a token have the same bits wherever it stands, and beside whatever rows.
  private Optional<String> compareBits(int token, float[] row) {
    float[] first = products.putIfAbsent(token, row);
    return first == null
        ? Optional.empty()
        : stops.stream()
            .filter(stop -> stop.op().startsWith("product"))
            .filter(stop ->
                Arrays.mismatch(first, stop.from(), stop.to(), row, stop.from(), stop.to()) >= 0)
            .map(stop -> stop.op() + " gives other bits beside other rows")
            .findFirst();
  }

  /// Which tokens they are depends on their last bits; what they have does not.
  private static Optional<String> compareBest(float[] expected, float[] actual) {
    float[] sorted = expected.clone();
    Arrays.sort(sorted);
    float[] chosen = actual.clone();
    Arrays.sort(chosen);
    float[] best = Arrays.copyOfRange(sorted, sorted.length - chosen.length, sorted.length);
    return compare("the choice of the best tokens", best, chosen);
  }

  /// A number that is not one is no small difference.
  private static Optional<String> compare(String op, float[] expected, float[] actual) {
    double largest = 1e-3;
    for (float number : expected) {
      largest = Math.max(largest, Math.abs(number));
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - actual[i]);
      if (!(difference <= TOLERANCE * largest)) {
        return Optional.of("%s gives %s instead of %s".formatted(op, actual[i], expected[i]));
      }
    }
    return Optional.empty();
  }
}
