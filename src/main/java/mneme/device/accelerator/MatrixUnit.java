package mneme.device.accelerator;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mneme.format.Encoding;
import mneme.format.Tensor;

/// What a device's matrix units do in one go: numbers of f16 multiplied, sums in f32.
///
/// @param m outputs
/// @param n rows of the input
/// @param k columns
/// @param subgroup items that do it together
public record MatrixUnit(int m, int n, int k, int subgroup) {
  /// Subgroups of a work-group.
  private static final int CHAINS = 8;

  /// What divides panels and blocks and leaves room for them in shared memory.
  private static final Set<Integer> SIZES = Set.of(8, 16);

  private static final Set<Integer> SUBGROUPS = Set.of(8, 16, 32);

  /// The one that the kernels of a device are built for, as another may sum in another order: of
  /// those that they can use, with most columns, then with fewest rows of the input, which are
  /// filled up.
  public static Optional<MatrixUnit> best(List<MatrixUnit> offered) {
    return offered.stream()
        .filter(MatrixUnit::isOfUse)
        .min(
            Comparator.comparingInt((MatrixUnit unit) -> -unit.k)
                .thenComparingInt(MatrixUnit::n)
                .thenComparingInt(unit -> -unit.m));
  }

  private boolean isOfUse() {
    return SIZES.containsAll(List.of(m, n, k)) && SUBGROUPS.contains(subgroup);
  }

  /// Of a work-group.
  public int items() {
    return CHAINS * subgroup;
  }

  /// Most that a work-group of the kernels shares: a block of weights and of rows for each chain,
  /// and sums of two.
  public int sharedBytes() {
    return CHAINS * (32 + n) * 80 + 2 * Panels.ROWS * 4 * n + 4 * n;
  }

  /// Weights of f32 keep their digits: what decides where a row goes often comes in them.
  static boolean takes(Tensor weight) {
    return weight.encoding() != Encoding.F32;
  }
}
