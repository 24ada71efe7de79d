package mneme.device;

/// How a program rounds activations where they meet quantized weights. `QUANTIZED` rounds them to
/// 8-bit blocks of 32 with exact integer block sums (the fast default); `EXACT` keeps f32.
public enum Numerics {
  QUANTIZED,
  EXACT
}
