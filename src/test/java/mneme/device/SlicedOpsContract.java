package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.Stream;
import mneme.device.accelerator.Accelerator;
import mneme.format.Tensor;
import mneme.graph.Op;
import mneme.memory.MemoryPlan;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every op that reads a matrix, in every encoding: with each matrix in slices, the bits are those
/// of one piece.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SlicedOpsContract {
  private Accelerator accelerator;

  abstract Accelerator open();

  @BeforeAll
  void openOnce() {
    accelerator = open();
  }

  @AfterAll
  void closeOnce() {
    if (accelerator != null) { // none was opened where the test is skipped
      accelerator.close();
    }
  }

  /// Those whose matrices are large enough to be cut.
  static Stream<OpCase> cases() {
    return OpCases.all()
        .filter(opCase -> opCase.name().matches("embed.*|(block )?product.*|experts.*"))
        .filter(opCase -> largestBytes(opCase) < leastBytes(opCase));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void slicesMakeNoDifference(OpCase opCase) {
    assertThat(read(opCase, largestBytes(opCase))).isDeepEqualTo(read(opCase, Long.MAX_VALUE));
  }

  /// Of an allocation: a few rows.
  private static long largestBytes(OpCase opCase) {
    long row = 0;
    for (Op op : opCase.graph().ops()) {
      row = Math.max(row, matrix(op).mapToLong(SlicedOpsContract::rowBytes).sum());
    }
    return Math.max(3 * row + 1, leastBytes(opCase) / 3);
  }

  /// Of the matrices behind the table that inputs are taken from.
  private static long leastBytes(OpCase opCase) {
    return opCase.graph().ops().stream()
        .skip(1)
        .flatMap(SlicedOpsContract::matrix)
        .mapToLong(Tensor::bytes)
        .min()
        .orElseThrow();
  }

  private static Stream<Tensor> matrix(Op op) {
    return switch (op) {
      case Op.Embed o -> Stream.of(o.table());
      case Op.MatMul o -> Stream.of(o.weight());
      case Op.BlockMatMul o -> Stream.of(o.weight());
      case Op.ExpertMatMul o -> Stream.of(o.weight());
      default -> Stream.empty();
    };
  }

  private static long rowBytes(Tensor tensor) {
    return tensor.encoding().bytes(tensor.columns());
  }

  /// In steps of many rows and of few.
  private float[][] read(OpCase opCase, long largestBytes) {
    Device device = GraphicsDevices.of(accelerator, largestBytes); // closed with the accelerator
    MemoryPlan plan = MemoryPlan.of(opCase.graph().needs(), opCase.encoding(), 8);
    int[] tokens = new Random(11).ints(60, 0, OpCase.TOKENS).toArray();
    try (Rig rig = new Rig(device, opCase.graph(), opCase.numerics(), plan, 16)) {
      return rig.read(tokens, 45, 1, 3);
    }
  }
}
