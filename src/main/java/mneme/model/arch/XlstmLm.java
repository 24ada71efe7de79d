package mneme.model.arch;

import java.util.List;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.GraphBuilder.MatrixInputs;
import mneme.graph.Value;
import mneme.model.Architecture;
import mneme.model.Blocks;
import mneme.model.Derived;
import mneme.model.Source;

/// The original xLSTM language model (arXiv 2405.04517): mLSTM and sLSTM blocks in turn. From
/// Hugging Face folders with the names of the NX-AI code, in which the input weights of the sLSTM's
/// i and f are crossed.
public final class XlstmLm implements Architecture {
  @Override
  public List<String> names() {
    return List.of("xlstm_lm");
  }

  @Override
  public Graph graph(ModelFile file, int contextTokens) {
    Source source = Source.ofConfig(file, "xlstm_block_stack.blocks.", contextTokens);
    Blocks blocks = new Blocks(source);
    GraphBuilder graph = blocks.graph();

    Value x = blocks.embed("token_embedding.weight");
    for (int i = 0; i < source.layers("num_blocks"); i++) {
      Source.Layer layer = source.layer(i);
      Value in = norm(blocks, layer.weight("xlstm_norm"), x, x.width());
      if (!source.integers("slstm_at").contains((long) i)) {
        x = graph.add(x, matrixCell(blocks, layer, in));
        continue;
      }
      x = graph.add(x, scalarCell(blocks, layer, in));
      in = norm(blocks, layer.weight("ffn_norm"), x, x.width());
      x = graph.add(x, blocks.mlp(layer, in, Activation.GELU_ERF, FFN));
    }
    Value last =
        norm(
            blocks,
            source.tensor("xlstm_block_stack.post_blocks_norm.weight"),
            graph.outputRows(x),
            x.width());
    graph.matMul(source.tensor("lm_head.weight"), last);
    return blocks.build();
  }

  private static final Blocks.MlpNames FFN =
      new Blocks.MlpNames("ffn.proj_gate", "ffn.proj_up", "ffn.proj_down");
  private static final float CELL_EPSILON = 1e-6f;

  /// The weight is stored minus one.
  private static Value norm(Blocks blocks, Tensor weight, Value in, int group) {
    Tensor whole = Derived.each(weight, "plus one", w -> 1 + w);
    return blocks.graph().layerNorm(in, whole, null, blocks.epsilon(), group);
  }

  private static Value matrixCell(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    int heads = blocks.source().positive("mlstm.num_heads");
    Value both = blocks.linear(layer, "xlstm.proj_up", in);
    int inner = both.width() / 2;
    Value x = graph.columns(both, 0, inner);
    Value gate = graph.columns(both, inner, inner);
    Value convolved = convolved(graph, layer, x);
    Value query = graph.blockMatMul(layer.weight("xlstm.q_proj"), convolved);
    Value key = graph.blockMatMul(layer.weight("xlstm.k_proj"), convolved);
    Value value = graph.blockMatMul(layer.weight("xlstm.v_proj"), x);
    Value all = graph.concat(graph.concat(query, key, 1), value, 1);
    float scale = (float) (1 / Math.sqrt((double) inner / heads));
    Value h =
        graph.matrixLstm(
            new MatrixInputs(query, graph.scale(key, scale), value),
            blocks.linear(layer, "xlstm.mlstm_cell.igate", all),
            blocks.linear(layer, "xlstm.mlstm_cell.fgate", all),
            CELL_EPSILON);
    Value normed = norm(blocks, layer.weight("xlstm.mlstm_cell.outnorm"), h, inner / heads);
    Value skipped =
        graph.add(normed, graph.multiplyWeight(convolved, layer.plain("xlstm.learnable_skip")));
    return blocks.linear(layer, "xlstm.proj_down", graph.gated(Activation.SILU, gate, skipped));
  }

  private static Value scalarCell(Blocks blocks, Source.Layer layer, Value in) {
    GraphBuilder graph = blocks.graph();
    int heads = blocks.source().positive("slstm.num_heads");
    Value convolved = convolved(graph, layer, in);
    Value i = graph.blockMatMul(layer.weight("xlstm.fgate"), convolved);
    Value f = graph.blockMatMul(layer.weight("xlstm.igate"), convolved);
    Value z = graph.blockMatMul(layer.weight("xlstm.zgate"), in);
    Value o = graph.blockMatMul(layer.weight("xlstm.ogate"), in);
    Value y =
        graph.scalarLstm(
            graph.concat(graph.concat(i, f, 1), graph.concat(z, o, 1), 1),
            layer.plain("xlstm.slstm_cell._recurrent_kernel_"),
            layer.plain("xlstm.slstm_cell._bias_"),
            heads);
    return norm(blocks, layer.weight("xlstm.group_norm"), y, y.width() / heads);
  }

  private static Value convolved(GraphBuilder graph, Source.Layer layer, Value in) {
    return graph.shortConv(
        in, layer.weight("xlstm.conv1d.conv"), layer.bias("xlstm.conv1d.conv"), Activation.SILU);
  }
}
