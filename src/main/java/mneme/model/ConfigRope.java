package mneme.model;

import java.util.List;
import java.util.Optional;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;

/// The rotary keys of a `config.json`, in the dialect of transformers 4 (`rope_theta`,
/// `rope_scaling`) or 5 (`rope_parameters`). Scalings that are not known are refused.
public record ConfigRope(Source config) {
  private static final List<String> PLACES = List.of("rope_parameters.", "rope_scaling.", "");

  public float base() {
    return real("rope_theta", 10_000);
  }

  /// Share of a head that turns.
  public float turnedShare(float otherwise) {
    return real("partial_rotary_factor", otherwise);
  }

  /// `default`, `linear`, `yarn` or `llama3`.
  public String type() {
    String type = text("rope_type", text("type", "default"));
    if (!List.of("default", "linear", "yarn", "llama3").contains(type)) {
      throw new ModelFormatException(
          "rotary scaling '%s' is not known; known: default, linear, yarn, llama3".formatted(type));
    }
    return type;
  }

  public float factor() {
    return real("factor", 1);
  }

  public int originalContextTokens() {
    return Math.round(real("original_max_position_embeddings", real("max_position_embeddings", 0)));
  }

  /// The divisors of Llama 3's scaling, one a pair: none for short waves, the factor for long ones,
  /// a ramp between.
  public Optional<Tensor> factors(int turnedWidth) {
    if (!type().equals("llama3")) {
      return Optional.empty();
    }
    float[] divisors = new float[turnedWidth / 2];
    for (int pair = 0; pair < divisors.length; pair++) {
      double frequency = Math.pow(base(), -2.0 * pair / turnedWidth);
      divisors[pair] = (float) divisor(2 * Math.PI / frequency);
    }
    return Optional.of(Derived.of("rotary factors", List.of((long) divisors.length), divisors));
  }

  private double divisor(double wavelength) {
    double low = real("low_freq_factor", 1);
    double high = real("high_freq_factor", 4);
    double rotations = originalContextTokens() / wavelength;
    double plain = Math.clamp((rotations - low) / (high - low), 0, 1);
    return 1 / ((1 - plain) / factor() + plain);
  }

  public float real(String key, float otherwise) {
    for (String place : PLACES) {
      if (config.has(place + key)) {
        return config.real(place + key);
      }
    }
    return otherwise;
  }

  private String text(String key, String otherwise) {
    for (String place : PLACES.subList(0, 2)) {
      if (config.has(place + key)) {
        return config.text(place + key, otherwise);
      }
    }
    return otherwise;
  }
}
