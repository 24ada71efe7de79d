package mneme.device;

import mneme.device.accelerator.Accelerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// What every accelerator must keep, on one that is opened once for all cases.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AcceleratorContract {
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

  final Accelerator accelerator() {
    return accelerator;
  }
}
