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
import mneme.model.Experts;
import mneme.model.Ropes;
import mneme.model.SelfAttention;
import mneme.model.Source;

/// LFM2 (Liquid): gated short convolutions and attention, dense or with experts.
public final class Lfm2 implements Architecture {
  @Override
  public List<String> names() {
    return List.of("lfm2", "lfm2moe");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = new Source(file, contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();
    Ropes ropes = new Ropes(source, false);
    Experts experts = Experts.of(source, RouteSpec.Gate.SIGMOID, true);
    Value x = blocks.embed();
    for (int i = 0; i < source.layers(); i++) {
      Source.Layer layer = source.layer(i);
      boolean isConvolution = layer.integer("attention.head_count_kv", 0) == 0;
      x =
          blocks.preNorm(
              layer,
              x,
              in ->
                  isConvolution
                      ? convolution(blocks, layer, in)
                      : SelfAttention.of(source, layer, ropes).write(blocks, layer, in),
              in ->
                  layer.has("ffn_gate_inp")
                      ? experts.write(blocks, layer, in, Activation.SILU)
                      : blocks.mlp(layer, in, Activation.SILU));
    }
    Tensor norm = source.find("output_norm.weight");
    blocks.head(
        blocks.norm(
            graph.outputRows(x), norm == null ? source.tensor("token_embd_norm.weight") : norm));
    return blocks.build();
  }

  private static Value convolution(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    int width = in.width();
    Value all = blocks.linear(layer, "shortconv.in_proj", in);
    Value before = graph.columns(all, 0, width);
    Value after = graph.columns(all, width, width);
    Value x = graph.columns(all, 2 * width, width);
    Value mixed =
        graph.shortConv(
            graph.multiply(x, before),
            layer.weight("shortconv.conv"),
            layer.bias("shortconv.conv"),
            Activation.IDENTITY);
    return blocks.linear(layer, "shortconv.out_proj", graph.multiply(mixed, after));
  }
}
