package mneme.device;

/// How a program rounds activations where they meet quantized weights. `QUANTIZED` lets the host
/// round them to 8-bit blocks of 32 with exact integer block sums, and a device with matrix units
/// to f16 (the fast default); `EXACT` keeps f32.
public enum Numerics {
  QUANTIZED,
  EXACT
}
