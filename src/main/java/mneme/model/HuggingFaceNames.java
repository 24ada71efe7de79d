package mneme.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the tensors of GGUF are called in the Hugging Face folders of one family.
///
/// @param layerPrefix what stands for `blk.`
/// @param names by GGUF name, without `blk.N.`; names that are not here are not looked for
record HuggingFaceNames(String layerPrefix, Map<String, String> names) {
  private static final Pattern LAYER = Pattern.compile("blk\\.(\\d+)\\.(.+)");
  private static final String TRANSFORMER =
      """
      token_embd.weight model.embed_tokens.weight
      output_norm.weight model.norm.weight
      output.weight lm_head.weight
      attn_norm.weight input_layernorm.weight
      attn_q.? self_attn.q_proj.?
      attn_k.? self_attn.k_proj.?
      attn_v.? self_attn.v_proj.?
      attn_output.? self_attn.o_proj.?
      attn_q_norm.weight self_attn.q_norm.weight
      attn_k_norm.weight self_attn.k_norm.weight
      ffn_norm.weight post_attention_layernorm.weight
      ffn_gate.? mlp.gate_proj.?
      ffn_up.? mlp.up_proj.?
      ffn_down.? mlp.down_proj.?
      """;
  private static final String HYBRID =
      """
      output_norm.weight model.final_layernorm.weight
      ffn_norm.weight pre_ff_layernorm.weight
      ffn_gate.? feed_forward.gate_proj.?
      ffn_up.? feed_forward.up_proj.?
      ffn_down.? feed_forward.down_proj.?
      ffn_gate_inp.weight feed_forward.router.weight
      ffn_gate_exps.weight feed_forward.experts.*.gate_proj.weight
      ffn_up_exps.weight feed_forward.experts.*.up_proj.weight
      ffn_down_exps.weight feed_forward.experts.*.down_proj.weight
      """;
  private static final String RECURRENT =
      """
      token_embd.weight backbone.embeddings.weight
      output_norm.weight backbone.norm_f.weight
      output.weight lm_head.weight
      attn_norm.weight norm.weight
      """;
  private static final String MIXER =
      """
      ssm_in.? mixer.in_proj.?
      ssm_conv1d.? mixer.conv1d.?
      ssm_x.? mixer.x_proj.?
      ssm_a mixer.A_log
      ssm_d mixer.D
      ssm_norm.weight mixer.norm.weight
      ssm_dt_norm.weight mixer.dt_layernorm.weight
      ssm_b_norm.weight mixer.b_layernorm.weight
      ssm_c_norm.weight mixer.c_layernorm.weight
      ssm_out.? mixer.out_proj.?
      """;
  private static final String STEP_MATRIX = "ssm_dt.? mixer.dt_proj.?";
  private static final String STEP_BIAS = "ssm_dt.bias mixer.dt_bias";

  /// The names of the family `modelType`, if it is one that GGUF knows too.
  static Optional<HuggingFaceNames> of(String modelType) {
    String layers = "model.layers.";
    return switch (modelType) {
      case "llama", "qwen2", "qwen3" -> Optional.of(table(layers, TRANSFORMER));
      case "mamba" -> Optional.of(table("backbone.layers.", RECURRENT, MIXER, STEP_MATRIX));
      case "mamba2" -> Optional.of(table("backbone.layers.", RECURRENT, MIXER, STEP_BIAS));
      case "jamba" ->
          Optional.of(table(layers, TRANSFORMER, HYBRID, ofMamba(MIXER), ofMamba(STEP_MATRIX)));
      case "falcon_h1" ->
          Optional.of(table(layers, TRANSFORMER, HYBRID, ofMamba(MIXER), ofMamba(STEP_BIAS)));
      default -> Optional.empty();
    };
  }

  private static String ofMamba(String table) {
    return table.replace("mixer.", "mamba.");
  }

  /// Later tables win. `?` stands for both `weight` and `bias`.
  private static HuggingFaceNames table(String layerPrefix, String... tables) {
    Map<String, String> names = new HashMap<>();
    for (String table : tables) {
      for (String line : table.lines().toList()) {
        int space = line.indexOf(' ');
        for (String part : List.of("weight", "bias")) {
          names.put(
              line.substring(0, space).replace("?", part),
              line.substring(space + 1).replace("?", part));
        }
      }
    }
    return new HuggingFaceNames(layerPrefix, Map.copyOf(names));
  }

  /// The folder's name for a GGUF name; a name that nothing has if the family has no such tensor.
  String theirs(String name) {
    Matcher layer = LAYER.matcher(name);
    if (!layer.matches()) {
      return names.getOrDefault(name, name);
    }
    String theirs = names.get(layer.group(2));
    return theirs == null ? name : layerPrefix + layer.group(1) + "." + theirs;
  }

  /// Whether a tensor holds the logarithm of a decay instead of the decay.
  static boolean isLogarithm(String theirs) {
    return theirs.endsWith(".A_log");
  }
}
