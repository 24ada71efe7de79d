package mneme.device.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MatrixUnitTest {
  private static final MatrixUnit SMALL = new MatrixUnit(8, 8, 8, 8);
  private static final MatrixUnit SQUARE = new MatrixUnit(16, 16, 16, 32);
  private static final MatrixUnit NARROW = new MatrixUnit(16, 8, 16, 32);

  @Test
  void mostColumnsThenFewestRowsAreBest() {
    assertThat(MatrixUnit.best(List.of(SMALL, SQUARE, NARROW))).contains(NARROW);
    assertThat(MatrixUnit.best(List.of(SMALL, SQUARE))).contains(SQUARE);
    assertThat(MatrixUnit.best(List.of(SMALL))).contains(SMALL);
    assertThat(MatrixUnit.best(List.of())).isEmpty();
  }

  @Test
  void whatTheKernelsAreNotCutForIsNotTaken() {
    assertThat(
            MatrixUnit.best(
                List.of(
                    new MatrixUnit(32, 8, 16, 32),
                    new MatrixUnit(16, 16, 4, 32),
                    new MatrixUnit(16, 16, 16, 64),
                    new MatrixUnit(16, 16, 16, 0))))
        .isEmpty();
  }

  /// What every device must have that is used at all.
  @Test
  void unitsOfEightRowsShareLessThan32KiB() {
    assertThat(NARROW.sharedBytes()).isLessThanOrEqualTo(32 << 10);
  }
}
