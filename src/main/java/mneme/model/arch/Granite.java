package mneme.model.arch;

import java.util.List;
import java.util.Objects;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Mamba2;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// Granite 3 and 4 (IBM): Llama with factors on embeddings, residuals, attention and logits. In
/// Granite 4 H layers without key-value heads are Mamba-2, and positions are off unless the file
/// turns them on.
public final class Granite implements Architecture {
  @Override
  public List<String> names() {
    return List.of("granite", "granitehybrid");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    boolean isHybrid = source.architecture().equals("granitehybrid");
    boolean hasPositions = source.flag("rope.scaling.finetuned", true);
    Ropes ropes = isHybrid && !hasPositions ? null : new Ropes(source, true);
    Mamba2 mamba = isHybrid ? new Mamba2(blocks) : null;
    float residual = factor(source, "residual_scale");
    Value x = graph.scale(blocks.embed(), factor(source, "embedding_scale"));
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isRecurrent = mamba != null && layer.integer("attention.head_count_kv", 0) == 0;
      x =
          blocks.preNorm(
              layer,
              x,
              in ->
                  graph.scale(
                      isRecurrent
                          ? Objects.requireNonNull(mamba).write(layer, in)
                          : SelfAttention.of(source, layer, ropes).write(blocks, layer, in),
                      residual),
              in -> graph.scale(feedForward(blocks, layer, in), residual));
    }
    graph.scale(blocks.logits(x), 1 / factor(source, "logit_scale"));
    return blocks.build();
  }

  private static Value feedForward(Blocks blocks, Source.Layer layer, Value in) {
    if (!layer.has("ffn_gate_inp")) {
      return blocks.mlp(layer, in, Activation.SILU);
    }
    Value out = Experts.softmax(true).write(blocks, layer, in, Activation.SILU);
    return layer.has("ffn_up_shexp")
        ? blocks.graph().add(out, blocks.mlp(layer, in, Activation.SILU, "_shexp"))
        : out;
  }

  private static float factor(Source source, String key) {
    float factor = source.real(key, 1);
    return factor == 0 ? 1 : factor;
  }
}
