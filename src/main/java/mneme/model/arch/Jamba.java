package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Mamba1;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// Jamba: Mamba-1 and attention without positions in turn, experts in some layers.
public final class Jamba implements Architecture {
  @Override
  public List<String> names() {
    return List.of("jamba");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Mamba1 mamba = new Mamba1(blocks);
    Experts experts = Experts.softmax(false);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isRecurrent = layer.integer("attention.head_count_kv", 0) == 0;
      x =
          blocks.preNorm(
              layer,
              x,
              in ->
                  isRecurrent
                      ? mamba.write(layer, in)
                      : SelfAttention.of(source, layer, null).write(blocks, layer, in),
              in ->
                  layer.has("ffn_gate_inp")
                      ? experts.write(blocks, layer, in, Activation.SILU)
                      : blocks.mlp(layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
