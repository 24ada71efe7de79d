package mneme.model;

import java.util.List;
import mneme.format.GgufForge;

/// Headers with the published sizes of real models, one of each kind of memory; the tensors are
/// hollow. What a sequence of each must cost is written beside it, from the sizes alone.
public enum RealShapes {
  /// Llama 3.2 1B: 16 layers of 8 key heads of 64.
  LLAMA_1B("llama", 16 * 2 * 8 * 64 * 2, 0, 0, 0) {
    @Override
    void write(GgufForge forge) {
      sizes(forge, 16, 2048, 131_072);
      heads(forge, 32, 8, 64);
      forge.u32("llama.rope.dimension_count", 64);
      forge.f32("llama.rope.freq_base", 5e5f);
      ends(forge, 2048, 128_256, true);
      for (int layer = 0; layer < 16; layer++) {
        String at = "blk." + layer + ".";
        attention(forge, at, 2048, 32 * 64, 8 * 64);
        mlp(forge, at, 2048, 8192, "ffn_norm.weight");
      }
    }
  },

  /// Llama 3.1 8B: 32 layers of 8 key heads of 128.
  LLAMA_8B("llama", 32 * 2 * 8 * 128 * 2, 0, 0, 0) {
    @Override
    void write(GgufForge forge) {
      sizes(forge, 32, 4096, 131_072);
      heads(forge, 32, 8, 128);
      forge.u32("llama.rope.dimension_count", 128);
      forge.f32("llama.rope.freq_base", 5e5f);
      ends(forge, 4096, 128_256, false);
      for (int layer = 0; layer < 32; layer++) {
        String at = "blk." + layer + ".";
        attention(forge, at, 4096, 32 * 128, 8 * 128);
        mlp(forge, at, 4096, 14_336, "ffn_norm.weight");
      }
    }
  },

  /// Gemma 3 1B: of 26 layers 4 keep every token and 22 a window of 512; 1 key head of 256.
  GEMMA3_1B("gemma3", 4 * 2 * 256 * 2, 22 * 2 * 256 * 2, 512, 0) {
    @Override
    void write(GgufForge forge) {
      sizes(forge, 26, 1152, 32_768);
      heads(forge, 4, 1, 256);
      forge.u32("gemma3.attention.sliding_window", 512);
      forge.u32("gemma3.rope.dimension_count", 256);
      forge.f32("gemma3.rope.freq_base", 1e6f);
      ends(forge, 1152, 262_144, true);
      for (int layer = 0; layer < 26; layer++) {
        String at = "blk." + layer + ".";
        attention(forge, at, 1152, 4 * 256, 256);
        forge.hollow(at + "attn_q_norm.weight", 256).hollow(at + "attn_k_norm.weight", 256);
        mlp(forge, at, 1152, 6912, "ffn_norm.weight");
        forge.hollow(at + "post_attention_norm.weight", 1152);
        forge.hollow(at + "post_ffw_norm.weight", 1152);
      }
    }
  },

  /// Mamba-2 130M: 24 layers of 24 heads of 64 x 128, and 1,792 channels of 3 inputs.
  MAMBA2_130M("mamba2", 0, 0, 0, 24 * 4 * (24 * 64 * 128 + 3 * 1792)) {
    @Override
    void write(GgufForge forge) {
      sizes(forge, 24, 768, 1_048_576);
      ends(forge, 768, 50_288, false);
      scan(forge, 1536, 128, 24);
      for (int layer = 0; layer < 24; layer++) {
        String at = "blk." + layer + ".";
        forge.hollow(at + "attn_norm.weight", 768);
        mamba2(forge, at, 768, 1536, 128, 24);
        forge.hollow(at + "ssm_norm.weight", 1536, 1);
      }
    }
  },

  /// Falcon-H1 0.5B: 36 layers, each with 2 key heads of 64 and a Mamba-2 as above.
  FALCON_H1_500M("falcon-h1", 36 * 2 * 2 * 64 * 2, 0, 0, 36 * 4 * (24 * 64 * 128 + 3 * 1792)) {
    @Override
    void write(GgufForge forge) {
      sizes(forge, 36, 1024, 16_384);
      heads(forge, 8, 2, 64);
      forge.f32("falcon-h1.rope.freq_base", 1e11f);
      scan(forge, 1536, 128, 24);
      ends(forge, 1024, 32_784, false);
      for (int layer = 0; layer < 36; layer++) {
        String at = "blk." + layer + ".";
        attention(forge, at, 1024, 8 * 64, 2 * 64);
        mamba2(forge, at, 1024, 1536, 128, 24);
        mlp(forge, at, 1024, 2048, "ffn_norm");
      }
    }
  };

  private final String architecture;
  private final long tokenBytes;
  private final long windowTokenBytes;
  private final int windowTokens;
  private final long stateBytes;

  /// Bytes of one token of layers that keep all and of layers that keep a window, in f16.
  RealShapes(
      String architecture,
      long tokenBytes,
      long windowTokenBytes,
      int windowTokens,
      long stateBytes) {
    this.architecture = architecture;
    this.tokenBytes = tokenBytes;
    this.windowTokenBytes = windowTokenBytes;
    this.windowTokens = windowTokens;
    this.stateBytes = stateBytes;
  }

  abstract void write(GgufForge forge);

  public GgufForge forge() {
    GgufForge forge = GgufForge.of(architecture);
    write(forge);
    return forge;
  }

  public long stateBytes() {
    return stateBytes;
  }

  /// Bytes in pages of `pageTokens` tokens that a sequence of `tokens` tokens holds: whole pages,
  /// of a window those that its newest token sees.
  public List<Long> pageBytes(int tokens, int pageTokens) {
    long pages = Math.ceilDiv(tokens, pageTokens);
    long left = windowTokens == 0 ? 0 : Math.max(0, tokens - windowTokens) / pageTokens;
    long all = pages * pageTokens * tokenBytes;
    long seen = (pages - left) * pageTokens * windowTokenBytes;
    return List.of(all, seen);
  }

  void sizes(GgufForge forge, int layers, int width, int context) {
    forge.u32(architecture + ".block_count", layers);
    forge.u32(architecture + ".embedding_length", width);
    forge.u32(architecture + ".context_length", context);
    forge.f32(architecture + ".attention.layer_norm_rms_epsilon", 1e-5f);
  }

  void heads(GgufForge forge, int queries, int keys, int size) {
    forge.u32(architecture + ".attention.head_count", queries);
    forge.u32(architecture + ".attention.head_count_kv", keys);
    forge.u32(architecture + ".attention.key_length", size);
    forge.u32(architecture + ".attention.value_length", size);
  }

  void scan(GgufForge forge, int inner, int state, int heads) {
    forge.u32(architecture + ".ssm.conv_kernel", 4);
    forge.u32(architecture + ".ssm.inner_size", inner);
    forge.u32(architecture + ".ssm.state_size", state);
    forge.u32(architecture + ".ssm.time_step_rank", heads);
    forge.u32(architecture + ".ssm.group_count", 1);
  }

  static void ends(GgufForge forge, int width, int vocabulary, boolean isTied) {
    forge.hollow("token_embd.weight", width, vocabulary).hollow("output_norm.weight", width);
    if (!isTied) {
      forge.hollow("output.weight", width, vocabulary);
    }
  }

  static void attention(GgufForge forge, String at, int width, int queries, int keys) {
    forge.hollow(at + "attn_norm.weight", width);
    forge.hollow(at + "attn_q.weight", width, queries).hollow(at + "attn_k.weight", width, keys);
    forge.hollow(at + "attn_v.weight", width, keys);
    forge.hollow(at + "attn_output.weight", queries, width);
  }

  static void mlp(GgufForge forge, String at, int width, int inner, String norm) {
    forge.hollow(at + norm, width).hollow(at + "ffn_gate.weight", width, inner);
    forge.hollow(at + "ffn_up.weight", width, inner).hollow(at + "ffn_down.weight", inner, width);
  }

  static void mamba2(GgufForge forge, String at, int width, int inner, int state, int heads) {
    int channels = inner + 2 * state;
    forge.hollow(at + "ssm_in.weight", width, inner + channels + heads);
    forge.hollow(at + "ssm_conv1d.weight", 4, channels).hollow(at + "ssm_conv1d.bias", channels);
    forge.hollow(at + "ssm_dt.bias", heads);
    forge.hollow(at + "ssm_a", 1, heads).hollow(at + "ssm_d", 1, heads);
    forge.hollow(at + "ssm_out.weight", inner, width);
  }
}
