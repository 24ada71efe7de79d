package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.RopeSpec;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Ropes;
import mneme.model.Source;
import mneme.model.Windows;
import org.jspecify.annotations.Nullable;

/// Gemma 4: windowed and full layers with heads of different width, last layers that read the cache
/// of earlier ones, and a small embedding of each token for each layer.
public final class Gemma4 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("gemma4");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Value x = graph.scale(blocks.embed(), (float) Math.sqrt(source.width()));
    PerLayer perLayer = PerLayer.of(blocks, x);
    Caches caches = new Caches(blocks);
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      Value in = blocks.norm(x, layer.weight("attn_norm"));
      Value mixed = blocks.linear(layer, "attn_output", caches.attend(layer, in));
      x = graph.add(x, blocks.norm(mixed, layer.weight("post_attention_norm")));
      in = blocks.norm(x, layer.weight("ffn_norm"));
      Value out = blocks.mlp(layer, in, Activation.GELU_TANH);
      x = graph.add(x, blocks.norm(out, layer.weight("post_ffw_norm")));
      if (perLayer != null) {
        x = perLayer.add(blocks, layer, x);
      }
      Tensor scale = layer.find("layer_output_scale.weight");
      x = scale == null ? x : graph.multiplyWeight(x, scale);
    }
    graph.softcap(blocks.logits(x), source.real("final_logit_softcapping", 0));
    return blocks.build();
  }

  /// What each layer is told of the token itself, one run a layer.
  private record PerLayer(Value inputs, int width) {
    static @Nullable PerLayer of(Blocks blocks, Value embedded) {
      Source source = blocks.source();
      GraphBuilder graph = blocks.graph();
      int width = source.integer("embedding_length_per_layer_input", 0);
      if (width == 0) {
        return null;
      }
      Value ofToken =
          graph.scale(
              graph.embed(source.tensor("per_layer_token_embd.weight")), (float) Math.sqrt(width));
      Value ofModel =
          graph.scale(
              graph.matMul(source.tensor("per_layer_model_proj.weight"), embedded),
              (float) (1 / Math.sqrt(source.width())));
      Value normed =
          graph.rmsNorm(
              ofModel, source.tensor("per_layer_proj_norm.weight"), blocks.epsilon(), width);
      return new PerLayer(
          graph.scale(graph.add(normed, ofToken), (float) (1 / Math.sqrt(2))), width);
    }

    Value add(Blocks blocks, Source.Layer layer, Value x) {
      GraphBuilder graph = blocks.graph();
      Value input = graph.columns(inputs, layer.index() * width, width);
      Value gate = blocks.linear(layer, "inp_gate", x);
      Value out = blocks.linear(layer, "proj", graph.gated(Activation.GELU_TANH, gate, input));
      return graph.add(x, blocks.norm(out, layer.weight("post_norm")));
    }
  }

  /// Attention of every layer; remembers the newest cache of either kind, windowed and full.
  private static final class Caches {
    private final Blocks blocks;
    private final Ropes ropes;
    private final Windows windows;
    private int windowedCache = -1;
    private int fullCache = -1;

    Caches(Blocks blocks) {
      this.blocks = blocks;
      this.ropes = new Ropes(blocks.source(), false);
      this.windows = new Windows(blocks.source(), 6);
    }

    Value attend(Source.Layer layer, Value in) {
      Source source = blocks.source();
      GraphBuilder graph = blocks.graph();
      boolean isWindowed = windows.isWindowed(layer.index());
      String suffix = isWindowed ? "_swa" : "";
      int width = source.positive("attention.key_length" + suffix);
      int heads = layer.positive("attention.head_count");
      RopeSpec rope = rope(isWindowed, width);
      Value query = turned(layer, "attn_q", in, rope);
      AttentionSpec spec = new AttentionSpec(heads, 1, 0, null, 0);
      int sharing = source.integer("attention.shared_kv_layers", 0);
      if (layer.index() >= source.layers() - sharing) {
        int cache = isWindowed ? windowedCache : fullCache;
        if (cache < 0) {
          throw new ModelFormatException(
              "layer %d shares the cache of an earlier layer, but there is none"
                  .formatted(layer.index()));
        }
        return graph.attention(cache, query, null, null, spec);
      }
      int kvHeads = layer.integer("attention.head_count_kv", heads);
      int tokens = windows.tokens(layer.index());
      int need = graph.need(new MemoryNeed.Kv(kvHeads, width, width, tokens));
      if (isWindowed) {
        windowedCache = need;
      } else {
        fullCache = need;
      }
      Value value =
          layer.has("attn_v")
              ? blocks.linear(layer, "attn_v", in)
              : blocks.linear(layer, "attn_k", in);
      return graph.attention(
          need,
          query,
          turned(layer, "attn_k", in, rope),
          graph.rmsNorm(value, null, blocks.epsilon(), width),
          spec);
    }

    private Value turned(Source.Layer layer, String name, Value in, RopeSpec rope) {
      GraphBuilder graph = blocks.graph();
      Value normed =
          graph.rmsNorm(
              blocks.linear(layer, name, in),
              layer.weight(name + "_norm"),
              blocks.epsilon(),
              rope.headWidth());
      return graph.rope(normed, rope);
    }

    private RopeSpec rope(boolean isWindowed, int width) {
      return isWindowed
          ? ropes.plain(
              width,
              blocks.source().integer("rope.dimension_count_swa", width),
              blocks.source().real("rope.freq_base_swa", 10_000))
          : ropes.spec(width);
    }
  }
}
