package mneme.model;

import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.RopeSpec;
import org.jspecify.annotations.Nullable;

/// Reads how positions turn heads: width, base and scaling. Scalings that are not known are
/// refused, never ignored.
public final class Ropes {
  private final Source source;
  private final boolean neighbours;

  /// @param neighbours whether pairs in GGUF files are neighbours (2i, 2i+1) or halves (i, i +
  ///   width/2); in Hugging Face folders they are always halves
  public Ropes(Source source, boolean neighbours) {
    this.source = source;
    this.neighbours = neighbours && !source.isTranslated();
  }

  /// The rotation that the file's keys describe.
  public RopeSpec spec(int headWidth) {
    return spec(headWidth, 0);
  }

  /// As [#spec(int)], for heads whose turned part starts at `offset`.
  public RopeSpec spec(int headWidth, int offset) {
    int width = source.integer("rope.dimension_count", headWidth - offset);
    float base = source.real("rope.freq_base", 10_000);
    if (!(base > 0 && base < Float.POSITIVE_INFINITY)) {
      throw new ModelFormatException("key 'rope.freq_base' is " + base + ", not positive");
    }
    float factor = factor();
    RopeSpec.Yarn yarn = yarn();
    float magnitude = source.real("rope.scaling.attn_factor", 1);
    if (yarn != null && yarn.extrapolationMix() != 0) {
      magnitude *= 1 + 0.1f * (float) Math.log(factor);
    }
    return new RopeSpec(
        headWidth, offset, width, neighbours, base, factor, factors(), yarn, magnitude);
  }

  /// A rotation without scaling, as windowed layers have it in some families.
  public RopeSpec plain(int headWidth, int rotatedWidth, float base) {
    return new RopeSpec(headWidth, 0, rotatedWidth, neighbours, base, 1, null, null, 1);
  }

  /// By how much positions are stretched; 1 without scaling.
  public float factor() {
    float factor =
        source.has("rope.scaling.factor")
            ? source.real("rope.scaling.factor")
            : source.real("rope.scale_linear", 1);
    return switch (scaling()) {
      case "linear", "yarn" -> factor == 0 ? 1 : factor;
      case "none", "longrope" -> 1;
      default ->
          throw new ModelFormatException(
              "rotary scaling '%s' is not known; known: none, linear, yarn, longrope"
                  .formatted(scaling()));
    };
  }

  private String scaling() {
    return source.text("rope.scaling.type", "linear");
  }

  private RopeSpec.@Nullable Yarn yarn() {
    if (!scaling().equals("yarn")) {
      return null;
    }
    int context = source.integer("context_length");
    return new RopeSpec.Yarn(
        source.integer("rope.scaling.original_context_length", context),
        source.real("rope.scaling.yarn_ext_factor", 1),
        source.real("rope.scaling.yarn_beta_fast", 32),
        source.real("rope.scaling.yarn_beta_slow", 1));
  }

  /// Divisors of the frequencies: those of Llama 3, or the long or short ones, chosen by the
  /// context that is served and not by each sequence's length, so that a prefix means the same to
  /// all.
  private @Nullable Tensor factors() {
    Tensor shared = source.find("rope_freqs.weight");
    if (shared != null || source.find("rope_factors_long.weight") == null) {
      return shared;
    }
    int original = source.integer("rope.scaling.original_context_length");
    return source.tensor(
        source.contextTokens() > original
            ? "rope_factors_long.weight"
            : "rope_factors_short.weight");
  }
}
