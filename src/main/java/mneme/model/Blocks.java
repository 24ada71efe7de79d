package mneme.model;

import java.util.function.UnaryOperator;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// The parts that nearly every architecture is made of, written into one graph.
public final class Blocks {
  private final GraphBuilder graph;
  private final Source source;
  private final float epsilon;

  public Blocks(Source source) {
    this.graph = new GraphBuilder();
    this.source = source;
    this.epsilon =
        source.has("attention.layer_norm_rms_epsilon")
            ? source.real("attention.layer_norm_rms_epsilon")
            : source.real("attention.layer_norm_epsilon");
  }

  public GraphBuilder graph() {
    return graph;
  }

  public Source source() {
    return source;
  }

  /// Added under the root or to the variance by every norm.
  public float epsilon() {
    return epsilon;
  }

  public Value embed() {
    return graph.embed(source.tensor("token_embd.weight"));
  }

  public Value norm(Value in, Tensor weight) {
    return graph.rmsNorm(in, weight, epsilon);
  }

  public Value layerNorm(Value in, Tensor weight, @Nullable Tensor bias) {
    return graph.layerNorm(in, weight, bias, epsilon, in.width());
  }

  /// Matrix `name` of a layer, with its bias if the file has one.
  public Value linear(Source.Layer layer, String name, Value in) {
    return graph.matMul(layer.weight(name), in, layer.bias(name));
  }

  /// `x + mixer(norm(x))`, then the same with the feed-forward part.
  public Value preNorm(
      Source.Layer layer, Value x, UnaryOperator<Value> mixer, UnaryOperator<Value> feedForward) {
    Value mixed = graph.add(x, mixer.apply(norm(x, layer.weight("attn_norm"))));
    return graph.add(mixed, feedForward.apply(norm(mixed, layer.weightOrPlain("ffn_norm"))));
  }

  /// Each of `runs` runs `times` times in a row.
  public Value repeatEach(Value in, int runs, int times) {
    Value out = in;
    for (int i = 1; i < times; i++) {
      out = graph.concat(out, in, runs);
    }
    return out;
  }

  /// The MLP of a layer: gated, gated with gate and up in one matrix (gate first), or plain.
  public Value mlp(Source.Layer layer, Value in, Activation kind) {
    return mlp(layer, in, kind, "");
  }

  /// As [#mlp(Source.Layer, Value, Activation)], of the tensors `ffn_*` + suffix.
  public Value mlp(Source.Layer layer, Value in, Activation kind, String suffix) {
    Value up = linear(layer, "ffn_up" + suffix, in);
    String down = "ffn_down" + suffix;
    if (layer.has("ffn_gate" + suffix)) {
      Value gate = linear(layer, "ffn_gate" + suffix, in);
      return linear(layer, down, graph.gated(kind, gate, up));
    }
    int inner = layer.weight(down).columns();
    if (up.width() == 2 * inner) {
      Value gate = graph.columns(up, 0, inner);
      return linear(layer, down, graph.gated(kind, gate, graph.columns(up, inner, inner)));
    }
    return linear(layer, down, graph.activate(up, kind));
  }

  /// Final RMS norm and head, on the rows whose logits are wanted.
  public Value logits(Value in) {
    return head(norm(graph.outputRows(in), source.tensor("output_norm.weight")));
  }

  /// The head alone; the table of embeddings serves where the file has none.
  public Value head(Value in) {
    Tensor head = source.find("output.weight");
    return graph.matMul(
        head == null ? source.tensor("token_embd.weight") : head, in, source.find("output.bias"));
  }

  public Graph build() {
    return graph.build();
  }
}
