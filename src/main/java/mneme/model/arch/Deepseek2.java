package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.RopeSpec;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Experts;
import mneme.model.LatentAttention;
import mneme.model.Ropes;
import mneme.model.Source;

/// DeepSeek V2, V3 and R1: latent attention, leading dense layers, then routed and shared experts.
public final class Deepseek2 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("deepseek2");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, true);
    float factor = ropes.factor();
    float stretch =
        1 + source.real("rope.scaling.yarn_log_multiplier", 0) * (float) Math.log(factor);
    RopeSpec rope = withMagnitude(ropes.spec(source.positive("rope.dimension_count")), 1);
    LatentAttention attention = new LatentAttention(rope, stretch * stretch);
    Experts experts = Experts.of(source, RouteSpec.Gate.SOFTMAX, false);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isDense = i < source.integer("leading_dense_block_count", 0);
      x =
          blocks.preNorm(
              layer,
              x,
              in -> attention.write(blocks, layer, in),
              in ->
                  isDense
                      ? blocks.mlp(layer, in, Activation.SILU)
                      : graph.add(
                          experts.write(blocks, layer, in, Activation.SILU),
                          blocks.mlp(layer, in, Activation.SILU, "_shexp")));
    }
    blocks.logits(x);
    return blocks.build();
  }

  /// YaRN's attention factor stands in the scale of the scores here, not in the rotation.
  private static RopeSpec withMagnitude(RopeSpec rope, float magnitude) {
    return new RopeSpec(
        rope.headWidth(),
        rope.offset(),
        rope.rotatedWidth(),
        rope.neighbours(),
        rope.base(),
        rope.linearScale(),
        rope.factors(),
        rope.yarn(),
        magnitude);
  }
}
