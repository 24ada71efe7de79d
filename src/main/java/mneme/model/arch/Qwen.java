package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// Qwen 2 (biases) and Qwen 3 (norms of queries and keys), dense or with experts.
public final class Qwen implements Architecture {
  @Override
  public List<String> names() {
    return List.of("qwen2", "qwen3", "qwen3moe");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Ropes ropes = new Ropes(source, false);
    Experts experts = Experts.softmax(true);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean hasExperts = layer.has("ffn_gate_inp");
      x =
          blocks.preNorm(
              layer,
              x,
              in -> SelfAttention.of(source, layer, ropes).write(blocks, layer, in),
              in ->
                  hasExperts
                      ? experts.write(blocks, layer, in, Activation.SILU)
                      : blocks.mlp(layer, in, Activation.SILU));
    }
    blocks.logits(x);
    return blocks.build();
  }
}
