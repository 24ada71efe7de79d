package mneme.device;

import java.util.Arrays;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Products in the matrix units of the first Vulkan device: close to the reference, and a row has
/// the same bits whatever rows are beside it.
class MatrixUnitsTest {
  /// Of the largest number of a row: x and weights keep 11 binary digits.
  private static final double TOLERANCE = 2e-3;

  private static final int[] ROWS = {1, 2, 7, 8, 9, 33, 64, 65, 100, 512};

  private Device device;

  @BeforeEach
  void open() {
    device = GraphicsDevices.matrixUnits();
  }

  @AfterEach
  void close() {
    if (device != null) { // none was opened where the test is skipped
      device.close();
    }
  }

  static Stream<OpCase> cases() {
    return OpCase.weightEncodings().stream().flatMap(MatrixUnitsTest::cases);
  }

  private static Stream<OpCase> cases(Encoding encoding) {
    int block = encoding.isQuantized() ? encoding.blockElements() : 1;
    int narrow = encoding.isQuantized() ? block : 31;
    int wide = encoding.isQuantized() ? Math.ceilDiv(1056, block) * block : 1041;
    int run = encoding.isQuantized() ? block : 23;
    return Stream.of(
        product("a narrow product " + encoding, encoding, narrow, 33),
        product("a product " + encoding, encoding, Math.ceilDiv(320, block) * block, 150),
        product("a wide product " + encoding, encoding, wide, 7),
        of(
            "a product with a bias " + encoding,
            narrow,
            (g, in) ->
                g.matMul(in.random.of(encoding, narrow, 5), in.next(narrow), in.random.normal(5))),
        of(
            "a block product " + encoding,
            3 * run,
            (g, in) -> g.blockMatMul(in.random.of(encoding, run, 40, 3), in.next(3 * run))));
  }

  private static OpCase product(String name, Encoding encoding, int columns, int outputs) {
    return of(
        name,
        columns,
        (g, in) -> g.matMul(in.random.of(encoding, columns, outputs), in.next(columns)));
  }

  private static OpCase of(
      String name, int inputs, BiFunction<GraphBuilder, OpCase.Inputs, Value> op) {
    return OpCase.of(name, inputs, op).with(Numerics.QUANTIZED).with(TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void theyComputeWhatTheReferenceComputes(OpCase opCase) {
    int[] tokens = everyToken();
    try (Device reference = new ReferenceDevice();
        Rig expected = opCase.rig(reference, 128);
        Rig actual = opCase.rig(device, 128)) {
      Rows.assertClose(
          opCase, actual.read(tokens, tokens.length), expected.read(tokens, tokens.length));
    }
  }

  /// Numbers far beyond f16, and so small that it would lose them: each row and each tensor is
  /// brought to its range.
  static Stream<OpCase> sizes() {
    return Stream.of(1e-25f, 1e-6f, 1f, 1e7f, 1e30f)
        .flatMap(size ->
            Stream.of(1e-8f, 3e4f)
                .map(weight ->
                    of(
                        "a product of " + size + " and " + weight,
                        160,
                        (g, in) -> product(g, in, size, weight))));
  }

  /// Outputs of about 1 again.
  private static Value product(GraphBuilder g, OpCase.Inputs in, float size, float weight) {
    Tensor weights = in.random.f32(x -> x * weight, 160, 40);
    Value out = g.matMul(RandomTensors.rounded(weights), g.scale(in.next(160), size));
    return g.scale(out, (float) (0.1 / size / weight));
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void nothingOverflowsAndNothingIsLost(OpCase opCase) {
    theyComputeWhatTheReferenceComputes(opCase);
  }

  /// A token has the same row of x wherever it stands.
  @ParameterizedTest
  @MethodSource("cases")
  void aRowHasTheSameBitsAmongHoweverManyRows(OpCase opCase) {
    try (Rig rig = opCase.rig(device, 2048)) {
      float[][] alone = rig.read(everyToken(), 1);
      Random random = new Random(5);
      for (int rows : ROWS) {
        int[] tokens = random.ints(rows, 0, OpCase.TOKENS).toArray();
        float[][] expected = Arrays.stream(tokens).mapToObj(t -> alone[t]).toArray(float[][]::new);
        Rows.assertSameBits(rig.read(tokens, rows), expected);
      }
    }
  }

  private static int[] everyToken() {
    int[] tokens = new int[OpCase.TOKENS];
    Arrays.setAll(tokens, i -> i);
    return tokens;
  }
}
