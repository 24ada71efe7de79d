package mneme.graph;

import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// Checks of shapes; each refusal names the tensor or the widths that do not fit.
final class Shapes {
  private Shapes() {}

  static void check(boolean holds, Tensor tensor, String wanted) {
    if (!holds) {
      throw new ModelFormatException(
          "tensor '%s' has dims %s; wanted one that %s"
              .formatted(tensor.name(), tensor.dims(), wanted));
    }
  }

  static void checkHolds(Tensor tensor, long numbers) {
    check(tensor.elements() == numbers, tensor, "holds " + numbers + " numbers");
  }

  static void checkRuns(Value in, @Nullable Tensor weight, int group) {
    checkDivides(group, in.width());
    if (weight != null && weight.elements() != in.width()) {
      checkHolds(weight, group);
    }
  }

  static void checkWidth(Value value, int width) {
    if (value.width() != width) {
      throw new ModelFormatException(
          "a row of " + value.width() + " numbers stands where " + width + " are wanted");
    }
  }

  static void checkDivides(int part, int whole) {
    if (part < 1 || whole % part != 0) {
      throw new ModelFormatException("a row of " + whole + " does not divide into " + part);
    }
  }
}
