package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;
import mneme.model.Windows;

/// Gemma 1, 2 and 3: GELU, the table of embeddings scaled by the root of the width. Gemma 2 has
/// caps, a window on every other layer and norms after each part too; Gemma 3 has norms of queries
/// and keys, and five windowed layers of six, those with a rotary base of their own.
public final class Gemma implements Architecture {
  @Override
  public List<String> names() {
    return List.of("gemma", "gemma2", "gemma3");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    Value x = graph.scale(blocks.embed(), (float) Math.sqrt(source.width()));
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      SelfAttention attention = attention(source, layer, ropes);
      x =
          blocks.preNorm(
              layer,
              x,
              in -> after(blocks, layer, "post_attention_norm", attention.write(blocks, layer, in)),
              in ->
                  after(
                      blocks, layer, "post_ffw_norm", blocks.mlp(layer, in, Activation.GELU_TANH)));
    }
    graph.softcap(blocks.logits(x), source.real("final_logit_softcapping", 0));
    return blocks.build();
  }

  private static SelfAttention attention(Source source, Source.Layer layer, Ropes ropes) {
    SelfAttention full = SelfAttention.of(source, layer, ropes);
    if (source.architecture().equals("gemma")) {
      return full;
    }
    boolean isThird = source.architecture().equals("gemma3");
    SelfAttention capped =
        full.withSoftcap(source.real("attn_logit_softcapping", 0))
            .withScale(scale(source, full, isThird ? 62 : 46));
    Windows windows = new Windows(source, isThird ? 6 : 2);
    if (!windows.isWindowed(layer.index())) {
      return capped;
    }
    SelfAttention windowed = capped.withWindow(windows.tokens(layer.index()));
    int width = full.headWidth();
    return isThird
        ? windowed.withRope(ropes.plain(width, width, source.real("rope.freq_base_swa", 10_000)))
        : windowed;
  }

  /// The 27B models, known by their number of layers, scale by width over heads.
  private static float scale(Source source, SelfAttention attention, int layersOfLargest) {
    int width =
        source.layers() == layersOfLargest
            ? source.width() / attention.heads()
            : attention.headWidth();
    return (float) (1 / Math.sqrt(width));
  }

  private static Value after(Blocks blocks, Source.Layer layer, String name, Value in) {
    return layer.has(name) ? blocks.norm(in, layer.weight(name)) : in;
  }
}
