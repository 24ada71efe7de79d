package mneme.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;

/// The `config.json` of a family that GGUF knows too, under the keys of GGUF. What would change the
/// computation and is not known is refused.
final class HuggingFaceKeys {
  private static final int WIDEST_HEAD = 1 << 14;

  private final ModelFile folder;
  private final Metadata metadata;
  private final Source config;
  private final ConfigRope rope;
  private final String family;
  private final Map<String, Object> keys = new HashMap<>();

  HuggingFaceKeys(ModelFile folder) {
    this.folder = folder;
    this.metadata = folder.metadata();
    this.config = Source.ofConfig(folder, "", 0);
    this.rope = new ConfigRope(config);
    this.family = metadata.text("config.model_type");
  }

  Metadata translated() {
    keys.putAll(metadata.values());
    put("block_count", config.layers("num_hidden_layers"));
    put("embedding_length", width());
    put(
        "attention.layer_norm_rms_epsilon",
        config.has("rms_norm_eps")
            ? config.real("rms_norm_eps")
            : config.real("layer_norm_epsilon"));
    refuseUnless("hidden_act", "silu");
    switch (family) {
      case "mamba" -> putMamba("", innerSize(config.integer("expand", 2)), stepRank(""));
      case "mamba2" -> putMamba2();
      case "jamba" -> putJamba();
      case "falcon_h1" -> putFalconH1();
      default -> putAttention();
    }
    return new Metadata(keys);
  }

  private int width() {
    return config.positive("hidden_size");
  }

  private int innerSize(int expand) {
    return config.integer("intermediate_size", expand * width());
  }

  private int stepRank(String prefix) {
    Object rank = metadata.values().get("config." + prefix + "time_step_rank");
    return rank instanceof Long number ? Math.toIntExact(number) : (width() + 15) / 16;
  }

  private void putAttention() {
    if (config.flag("use_sliding_window", false)) {
      throw new ModelFormatException("sliding windows of '" + family + "' are not known");
    }
    int heads = config.positive("num_attention_heads");
    put("attention.head_count", heads);
    put("attention.head_count_kv", config.integer("num_key_value_heads", heads));
    put("attention.key_length", headWidth());
    put("context_length", config.integer("max_position_embeddings", 0));
    put("rope.freq_base", rope.base());
    put("rope.dimension_count", turnedWidth());
    switch (rope.type()) {
      case "linear" -> {
        keys.put(family + ".rope.scaling.type", "linear");
        put("rope.scaling.factor", rope.factor());
      }
      case "yarn" -> putYarn();
      default -> keys.put(family + ".rope.scaling.type", "none");
    }
  }

  private void putYarn() {
    keys.put(family + ".rope.scaling.type", "yarn");
    put("rope.scaling.factor", rope.factor());
    put("rope.scaling.original_context_length", rope.originalContextTokens());
    put("rope.scaling.yarn_beta_fast", rope.real("beta_fast", 32));
    put("rope.scaling.yarn_beta_slow", rope.real("beta_slow", 1));
    float usual = 1 + 0.1f * (float) Math.log(rope.factor());
    put("rope.scaling.attn_factor", rope.real("attention_factor", usual) / usual);
  }

  private int headWidth() {
    int width = config.integer("head_dim", width() / config.positive("num_attention_heads"));
    if (width < 1 || width > WIDEST_HEAD) {
      throw new ModelFormatException(
          "heads of %d numbers; from 1 to %d are known".formatted(width, WIDEST_HEAD));
    }
    return width;
  }

  private int turnedWidth() {
    return Math.round(rope.turnedShare(1) * headWidth());
  }

  /// The divisors that `rope_freqs.weight` holds in GGUF files.
  Optional<Tensor> rotaryFactors() {
    return config.has("num_attention_heads") ? rope.factors(turnedWidth()) : Optional.empty();
  }

  private void putMamba(String prefix, int inner, int rank) {
    put("ssm.inner_size", inner);
    put("ssm.state_size", config.integer(prefix.isEmpty() ? "state_size" : prefix + "d_state"));
    put("ssm.time_step_rank", rank);
  }

  private void putMamba2() {
    int heads = config.positive("num_heads");
    putMamba("", heads * config.positive("head_dim"), heads);
    put("ssm.group_count", config.integer("n_groups", 1));
    refuseStepLimit();
  }

  private void putJamba() {
    putAttention();
    putMamba("mamba_", config.integer("mamba_expand", 2) * width(), jambaRank());
    put("expert_count", config.integer("num_experts", 0));
    put("expert_used_count", config.integer("num_experts_per_tok", 0));
    int period = config.positive("attn_layer_period");
    int offset = config.integer("attn_layer_offset");
    int layers = config.layers("num_hidden_layers");
    List<Long> kvHeads = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      kvHeads.add(i % period == offset ? (long) config.integer("num_key_value_heads") : 0L);
    }
    keys.put(family + ".attention.head_count_kv", kvHeads);
  }

  private int jambaRank() {
    Object rank = metadata.values().get("config.mamba_dt_rank");
    return rank instanceof Long number ? Math.toIntExact(number) : (width() + 15) / 16;
  }

  private void putFalconH1() {
    putAttention();
    int heads = config.positive("mamba_n_heads");
    putMamba("mamba_", falconInner(), heads);
    put("ssm.group_count", config.integer("mamba_n_groups", 1));
    refuseStepLimit();
    for (String bias : List.of("attention_bias", "mamba_proj_bias", "mlp_bias")) {
      if (config.flag(bias, false)) {
        throw new ModelFormatException("key '" + bias + "' of '" + family + "' must be false");
      }
    }
    if (config.flag("mamba_rms_norm", false) && config.flag("mamba_norm_before_gate", true)) {
      throw new ModelFormatException("a norm before the gate is not known in '" + family + "'");
    }
  }

  private int falconInner() {
    return config.integer("mamba_d_ssm", config.integer("mamba_expand", 2) * width());
  }

  /// The multipliers of Falcon-H1, as factors on what each matrix gives; GGUF has them folded in.
  Map<String, Tensor> multipliers() {
    Map<String, Tensor> multipliers = new HashMap<>();
    if (!family.equals("falcon_h1")) {
      return multipliers;
    }
    float attention = config.real("attention_in_multiplier", 1);
    List<Float> mlp = reals("mlp_multipliers", 2);
    multipliers.put("token_embd.multiplier", one(config.real("embedding_multiplier", 1)));
    multipliers.put("output.multiplier", one(config.real("lm_head_multiplier", 1)));
    int layers = config.layers("num_hidden_layers");
    Tensor parts = ofParts();
    for (int i = 0; i < layers; i++) {
      String layer = "blk." + i + ".";
      multipliers.put(layer + "attn_q.multiplier", one(attention));
      multipliers.put(
          layer + "attn_k.multiplier", one(attention * config.real("key_multiplier", 1)));
      multipliers.put(layer + "attn_v.multiplier", one(attention));
      multipliers.put(
          layer + "attn_output.multiplier", one(config.real("attention_out_multiplier", 1)));
      multipliers.put(layer + "ssm_in.multiplier", parts);
      multipliers.put(layer + "ssm_out.multiplier", one(config.real("ssm_out_multiplier", 1)));
      if (!mlp.isEmpty()) {
        multipliers.put(layer + "ffn_gate.multiplier", one(mlp.get(0)));
        multipliers.put(layer + "ffn_down.multiplier", one(mlp.get(1)));
      }
    }
    return multipliers;
  }

  /// A factor for each column of z, x, B, C and dt, which one matrix gives.
  private Tensor ofParts() {
    List<Float> parts = reals("ssm_multipliers", 5);
    float all = config.real("ssm_in_multiplier", 1);
    int inner = falconInner();
    int shared = config.integer("mamba_n_groups", 1) * config.positive("mamba_d_state");
    int[] widths = {inner, inner, shared, shared, config.positive("mamba_n_heads")};
    long total = 2L * inner + 2L * shared + widths[4];
    Tensor matrix = folder.tensor("model.layers.0.mamba.in_proj.weight");
    if (inner < 1 || shared < 1 || total != matrix.rows()) {
      throw new ModelFormatException(
          "tensor '%s' has %d rows where the config has %d"
              .formatted(matrix.name(), matrix.rows(), total));
    }
    float[] factors = new float[Math.toIntExact(total)];
    for (int part = 0, at = 0; part < widths.length; part++) {
      for (int i = 0; i < widths[part]; i++) {
        factors[at++] = all * (parts.isEmpty() ? 1 : parts.get(part));
      }
    }
    return Derived.of("multipliers", List.of((long) factors.length), factors);
  }

  /// That many numbers, or none.
  private List<Float> reals(String key, int count) {
    List<Float> reals = config.reals(key);
    if (!reals.isEmpty() && reals.size() != count) {
      throw new ModelFormatException(
          "key '%s' has %d numbers, wanted %d".formatted(key, reals.size(), count));
    }
    return reals;
  }

  private static Tensor one(float factor) {
    return Derived.of("multiplier", List.of(1L), new float[] {factor});
  }

  private void refuseUnless(String key, String known) {
    String value = config.text(key, known);
    if (!value.equals(known)) {
      throw new ModelFormatException(
          "key '%s' of '%s' is '%s'; known: %s".formatted(key, family, value, known));
    }
  }

  private void refuseStepLimit() {
    List<Float> limit = reals("time_step_limit", 2);
    if (!limit.isEmpty() && (limit.get(0) > 0 || !Float.isInfinite(limit.get(1)))) {
      throw new ModelFormatException(
          "time_step_limit of '%s' is %s; known: [0, Infinity]".formatted(family, limit));
    }
  }

  private void put(String key, int value) {
    keys.put(family + "." + key, (long) value);
  }

  private void put(String key, float value) {
    keys.put(family + "." + key, (double) value);
  }
}
