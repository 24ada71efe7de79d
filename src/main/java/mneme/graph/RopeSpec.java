package mneme.graph;

import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// Rotary position embedding of one head. The first `rotatedWidth` numbers of a head (counted from
/// `offset`) turn; the rest pass through.
///
/// Pair i turns by `position * frequency(i)`, `frequency(i) = base^(-2i/rotatedWidth) / factor(i)`,
/// blended as YaRN does when `yarn` is given (arXiv 2309.00071), else divided by `linearScale`.
///
/// @param neighbours true: pair i is (2i, 2i+1); false: (i, i + rotatedWidth/2)
/// @param factors one divisor a pair, or null
public record RopeSpec(
    int headWidth,
    int offset,
    int rotatedWidth,
    boolean neighbours,
    float base,
    float linearScale,
    @Nullable Tensor factors,
    @Nullable Yarn yarn,
    float magnitude) {

  /// YaRN's ramp between interpolated and plain frequencies, in rotations over
  /// `originalContextTokens`; `extrapolationMix` is its `ext_factor`. The attention factor is part
  /// of [RopeSpec#magnitude].
  public record Yarn(
      int originalContextTokens, float extrapolationMix, float betaFast, float betaSlow) {}
}
