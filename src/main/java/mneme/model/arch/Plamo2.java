package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.StepInputs;
import mneme.graph.HeadScanSpec;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// PLaMo 2: Mamba with a decay a head and attention in turn, norms before and after each part.
public final class Plamo2 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("plamo2");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    Ropes ropes = new Ropes(source, false);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isRecurrent = layer.integer("attention.head_count_kv", 0) == 0;
      x =
          blocks.preNorm(
              layer,
              x,
              in ->
                  blocks.norm(
                      isRecurrent
                          ? mamba(blocks, layer, in)
                          : SelfAttention.of(source, layer, ropes).write(blocks, layer, in),
                      layer.weightOrPlain("post_attention_norm")),
              in ->
                  blocks.norm(
                      blocks.mlp(layer, in, Activation.SILU),
                      layer.weightOrPlain("post_ffw_norm")));
    }
    blocks.logits(x);
    return blocks.build();
  }

  /// Gate and input lie side by side in each head; B, C and the step come out of one matrix,
  /// normed.
  private static Value mamba(Blocks blocks, Source.Layer layer, Value in) {
    Source source = blocks.source();
    GraphBuilder graph = blocks.graph();
    int heads = source.positive("ssm.time_step_rank");
    int headWidth = source.positive("ssm.inner_size") / heads;
    int stateWidth = source.positive("ssm.state_size");
    Value both = blocks.linear(layer, "ssm_in", in);
    Value gate = graph.columns(both, 0, 2 * headWidth, headWidth, heads);
    Value x =
        graph.shortConv(
            graph.columns(both, headWidth, 2 * headWidth, headWidth, heads),
            layer.weight("ssm_conv1d"),
            layer.bias("ssm_conv1d"),
            Activation.SILU);
    Value bcStep = blocks.linear(layer, "ssm_x", x);
    int rank = bcStep.width() - 2 * stateWidth;
    Value b = blocks.norm(graph.columns(bcStep, 0, stateWidth), layer.weightOrPlain("ssm_b_norm"));
    Value c =
        blocks.norm(
            graph.columns(bcStep, stateWidth, stateWidth), layer.weightOrPlain("ssm_c_norm"));
    Value step =
        blocks.norm(
            graph.columns(bcStep, 2 * stateWidth, rank), layer.weightOrPlain("ssm_dt_norm"));
    Value y =
        graph.headScan(
            new StepInputs(x, graph.matMul(layer.weight("ssm_dt"), step), b, c),
            new HeadScanSpec(
                heads,
                headWidth,
                stateWidth,
                1,
                layer.plain("ssm_a"),
                layer.plain("ssm_d"),
                layer.plain("ssm_dt.bias")));
    return blocks.linear(layer, "ssm_out", graph.gated(Activation.SILU, gate, y));
  }
}
