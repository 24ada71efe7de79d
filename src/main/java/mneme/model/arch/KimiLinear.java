package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.RouteSpec;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.DeltaNet;
import mneme.model.DeltaNet.DecayWeights;
import mneme.model.Derived;
import mneme.model.Experts;
import mneme.model.LatentAttention;
import mneme.model.Source;

/// Kimi Linear: delta attention with a decay a channel, and latent attention without positions;
/// leading dense layers, then routed and shared experts.
public final class KimiLinear implements Architecture {
  @Override
  public List<String> names() {
    return List.of("kimi-linear");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    LatentAttention attention = new LatentAttention(null, 1);
    Experts experts = Experts.of(source, RouteSpec.Gate.SIGMOID, true);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isRecurrent = layer.integer("attention.head_count_kv", 0) == 0;
      boolean isDense = i < source.integer("leading_dense_block_count", 0);
      x =
          blocks.preNorm(
              layer,
              x,
              in -> isRecurrent ? delta(blocks, layer, in) : attention.write(blocks, layer, in),
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

  private static Value delta(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    int headWidth = blocks.source().positive("kda.head_dim");
    Tensor decays = layer.plain("ssm_a");
    Value query = convolved(blocks, layer, "q", in);
    Value key = convolved(blocks, layer, "k", in);
    Value value = convolved(blocks, layer, "v", in);
    Value decay =
        DeltaNet.decay(
            graph,
            twice(blocks, layer, "ssm_f", in),
            new DecayWeights(
                layer.plain("ssm_dt.bias"),
                Derived.repeatEach(decays, Math.toIntExact(key.width() / decays.elements()))));
    Value beta = graph.activate(blocks.linear(layer, "ssm_beta", in), Activation.SIGMOID);
    Value out = new DeltaNet(query, key, value, decay, beta).write(blocks);
    Value normed = graph.rmsNorm(out, layer.weight("ssm_norm"), blocks.epsilon(), headWidth);
    Value gate = twice(blocks, layer, "ssm_g", in);
    return blocks.linear(layer, "attn_output", graph.gated(Activation.SIGMOID, gate, normed));
  }

  private static Value convolved(Blocks blocks, Source.Layer layer, String which, Value in) {
    Tensor taps = layer.weight("ssm_conv1d_" + which);
    Value projected = blocks.linear(layer, "attn_" + which, in);
    return blocks.graph().shortConv(projected, taps, null, Activation.SILU);
  }

  private static Value twice(Blocks blocks, Source.Layer layer, String name, Value in) {
    return blocks.linear(layer, name + "_b", blocks.linear(layer, name + "_a", in));
  }
}
