package mneme.graph;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import mneme.format.Encoding;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// Rotary position embedding of one head. The `rotatedWidth` numbers of a head from `offset` on
/// turn; the rest pass through. Pair i turns by `position * frequencies()[i]`; both results are
/// multiplied by `magnitude`.
///
/// @param neighbours true: pair i is (2i, 2i+1); false: (i, i + rotatedWidth/2)
/// @param linearScale positions are divided by it
/// @param factors one more divisor a pair (F32), or null
/// @param yarn blends scaled and plain frequencies, or null for scaled ones only
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
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public RopeSpec {
    if (rotatedWidth < 0
        || rotatedWidth % 2 != 0
        || offset < 0
        || offset + rotatedWidth > headWidth) {
      throw new ModelFormatException(
          "cannot turn %d numbers from %d on of a head of %d"
              .formatted(rotatedWidth, offset, headWidth));
    }
    if (factors != null
        && (factors.encoding() != Encoding.F32 || factors.elements() < rotatedWidth / 2)) {
      throw new ModelFormatException(
          "tensor '%s' must hold %d rotary factors in F32, but has %s in %s"
              .formatted(factors.name(), rotatedWidth / 2, factors.dims(), factors.encoding()));
    }
  }

  /// YaRN's ramp between scaled and plain frequencies (arXiv 2309.00071), in rotations over
  /// `originalContextTokens`; `extrapolationMix` is its `ext_factor`. The attention factor is part
  /// of [RopeSpec#magnitude].
  public record Yarn(
      int originalContextTokens, float extrapolationMix, float betaFast, float betaSlow) {

    /// How much of the plain frequency pair i keeps, of `width / 2` pairs.
    double plainShare(int pair, int width, double base) {
      double low = Math.max(0, Math.floor(pairTurning(betaFast, width, base)));
      double high = Math.min(width - 1.0, Math.ceil(pairTurning(betaSlow, width, base)));
      double ramp = (pair - low) / Math.max(0.001, high - low);
      return (1 - Math.clamp(ramp, 0, 1)) * extrapolationMix;
    }

    private double pairTurning(double rotations, int width, double base) {
      return width
          * Math.log(originalContextTokens / (rotations * 2 * Math.PI))
          / (2 * Math.log(base));
    }
  }

  /// The angle in radians that each pair turns from one position to the next.
  public double[] frequencies() {
    double[] frequencies = new double[rotatedWidth / 2];
    for (int pair = 0; pair < frequencies.length; pair++) {
      double plain = Math.pow(base, -2.0 * pair / rotatedWidth) / factor(pair);
      double scaled = plain / linearScale;
      double share = yarn == null ? 0 : yarn.plainShare(pair, rotatedWidth, base);
      frequencies[pair] = scaled * (1 - share) + plain * share;
    }
    return frequencies;
  }

  private double factor(int pair) {
    return factors == null ? 1 : factors.data().get(F32, 4L * pair);
  }
}
