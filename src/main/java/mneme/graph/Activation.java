package mneme.graph;

/// Element-wise functions. Formulas in f32; `GELU_TANH` is the tanh approximation, `GELU_ERF` the
/// exact one, `GELU_QUICK` x * sigmoid(1.702 x).
public enum Activation {
  IDENTITY,
  SILU,
  GELU_TANH,
  GELU_ERF,
  GELU_QUICK,
  RELU,
  RELU_SQUARED,
  SIGMOID,
  TANH,
  SOFTPLUS,
  EXP
}
