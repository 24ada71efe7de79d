package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Source;

/// xLSTM as in xLSTM-7B (arXiv 2503.13427): mLSTM blocks with a gated MLP each. From Hugging Face
/// folders.
public final class Xlstm implements Architecture {
  @Override
  public List<String> names() {
    return List.of("xlstm");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = Source.ofConfig(file, "backbone.blocks.", contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();

    if (!source.text("weight_mode", "single").equals("single")) {
      throw new ModelFormatException(
          "weight_mode '%s' is not known; known: single"
              .formatted(source.text("weight_mode", "single")));
    }
    Value x = blocks.embed("backbone.embeddings.weight");
    for (int i = 0; i < source.layers("num_blocks"); i++) {
      Source.Layer layer = source.layer(i);
      x = graph.add(x, cell(blocks, layer, blocks.norm(x, layer.weight("norm_mlstm"))));
      Value in = blocks.norm(x, layer.weight("norm_ffn"));
      Value gate = blocks.linear(layer, "ffn.proj_up_gate", in);
      Value up = blocks.linear(layer, "ffn.proj_up", in);
      x =
          graph.add(
              x, blocks.linear(layer, "ffn.proj_down", graph.gated(Activation.SILU, gate, up)));
    }
    Value last = graph.outputRows(x);
    Tensor norm = source.find("backbone.out_norm.weight");
    last = norm == null ? last : blocks.norm(last, norm);
    Value logits = graph.matMul(source.tensor("lm_head.weight"), last);
    graph.softcap(logits, source.real("output_logit_soft_cap", 0));
    return blocks.build();
  }

  private static Value cell(Blocks blocks, Source.Layer layer, Value in) {
    Source source = blocks.source();
    GraphBuilder graph = blocks.graph();
    int heads = source.positive("num_heads");
    float cap = source.real("gate_soft_cap", 0);
    Value query = blocks.linear(layer, "mlstm_layer.q", in);
    Value value = blocks.linear(layer, "mlstm_layer.v", in);
    float scale = (float) (1 / Math.sqrt((double) query.width() / heads));
    Value h =
        graph.matrixLstm(
            new MatrixInputs(
                graph.scale(query, scale), blocks.linear(layer, "mlstm_layer.k", in), value),
            graph.softcap(blocks.linear(layer, "mlstm_layer.igate_preact", in), cap),
            graph.softcap(blocks.linear(layer, "mlstm_layer.fgate_preact", in), cap),
            source.real("eps", 1e-6f));
    Value normed =
        graph.layerNorm(
            h,
            layer.weight("mlstm_layer.multihead_norm"),
            null,
            blocks.epsilon(),
            value.width() / heads);
    Value gate = blocks.linear(layer, "mlstm_layer.ogate_preact", in);
    return blocks.linear(
        layer, "mlstm_layer.out_proj", graph.gated(Activation.SIGMOID, gate, normed));
  }
}
