// Functions of one number, for the kernels that follow this text.

#pragma OPENCL FP_CONTRACT OFF

#define IDENTITY 0
#define SILU 1
#define GELU_TANH 2
#define GELU_ERF 3
#define GELU_QUICK 4
#define RELU 5
#define RELU_SQUARED 6
#define SIGMOID 7
#define TANH 8
#define SOFTPLUS 9
#define EXP 10

static float sigmoid(float x) {
  return 1 / (1 + exp(-x));
}

static float softplus(float x) {
  return x > 30 ? x : log1p(exp(x));
}

static float activation(int kind, float x) {
  switch (kind) {
    case SILU: return x * sigmoid(x);
    case GELU_TANH: return 0.5f * x * (1 + tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
    case GELU_ERF: return 0.5f * x * (1 + erf(x * 0.7071067812f));
    case GELU_QUICK: return x * sigmoid(1.702f * x);
    case RELU: return fmax(x, 0.0f);
    case RELU_SQUARED: return fmax(x, 0.0f) * fmax(x, 0.0f);
    case SIGMOID: return sigmoid(x);
    case TANH: return tanh(x);
    case SOFTPLUS: return softplus(x);
    case EXP: return exp(x);
    default: return x;
  }
}
