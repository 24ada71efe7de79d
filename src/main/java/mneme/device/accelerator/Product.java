package mneme.device.accelerator;

import mneme.format.Tensor;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// Rows of an input times a matrix, or times each of a stack, whichever kernel does it.
///
/// @param in where the input begins in the scratch, in bytes
record Product(Tensor weight, @Nullable Tensor bias, long in, Value out) {
  /// The same of an input that lies elsewhere in another form.
  Product of(long other) {
    return new Product(weight, bias, other, out);
  }

  /// What the kernels of products take first.
  Launch begin(Launch launch, Weights weights, Matrix.Slice slice, Step step) {
    return launch
        .at(step.scratch(), in)
        .at(step.scratch(), step.at(out))
        .at(slice.memory(), 0)
        .at(weights.vector(bias), 0)
        .number(weight.columns())
        .number(slice.from())
        .number(slice.to())
        .number(out.width())
        .number(step.rows())
        .number(weight.rows());
  }
}
