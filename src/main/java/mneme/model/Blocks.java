package mneme.model;

import java.util.List;
import java.util.function.UnaryOperator;
import mneme.format.ModelFormatException;
import mneme.format.Tensor;
import mneme.graph.Activation;
import mneme.graph.Graph;
import mneme.graph.GraphBuilder;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// The parts that nearly every architecture is made of, written into one graph.
public final class Blocks {
  private static final int MOST_REPEATS = 1024;
  private static final List<String> EPSILON_KEYS =
      List.of(
          "attention.layer_norm_rms_epsilon",
          "attention.layer_norm_epsilon",
          "rms_norm_eps",
          "norm_eps",
          "layer_norm_epsilon");

  private final GraphBuilder graph;
  private final Source source;
  private final float epsilon;

  public Blocks(Source source) {
    this.graph = new GraphBuilder();
    this.source = source;
    this.epsilon = epsilon(source);
  }

  private static float epsilon(Source source) {
    for (String key : EPSILON_KEYS) {
      if (source.has(key)) {
        return source.real(key);
      }
    }
    throw new ModelFormatException("no key gives the epsilon of the norms: " + EPSILON_KEYS);
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
    return multiplied(embed("token_embd.weight"), source.find("token_embd.multiplier"));
  }

  public Value embed(String table) {
    return graph.embed(source.tensor(table));
  }

  public Value norm(Value in, Tensor weight) {
    return graph.rmsNorm(in, weight, epsilon);
  }

  public Value layerNorm(Value in, Tensor weight, @Nullable Tensor bias) {
    return graph.layerNorm(in, weight, bias, epsilon, in.width());
  }

  /// Matrix `name` of a layer, with its bias and its multiplier if the file has them.
  public Value linear(Source.Layer layer, String name, Value in) {
    Value out = graph.matMul(layer.weight(name), in, layer.bias(name));
    return multiplied(out, layer.find(name + ".multiplier"));
  }

  private Value multiplied(Value in, @Nullable Tensor multiplier) {
    return multiplier == null ? in : graph.multiplyWeight(in, multiplier);
  }

  /// `x + mixer(norm(x))`, then the same with the feed-forward part.
  public Value preNorm(
      Source.Layer layer, Value x, UnaryOperator<Value> mixer, UnaryOperator<Value> feedForward) {
    Value mixed = graph.add(x, mixer.apply(norm(x, layer.weight("attn_norm"))));
    return graph.add(mixed, feedForward.apply(norm(mixed, layer.weightOrPlain("ffn_norm"))));
  }

  /// Each of `runs` runs `times` times in a row.
  public Value repeatEach(Value in, int runs, int times) {
    if (times < 1 || times > MOST_REPEATS) {
      throw new ModelFormatException(
          "heads are to be repeated %d times; from 1 to %d are known"
              .formatted(times, MOST_REPEATS));
    }
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
    return mlp(
        layer, in, kind, new MlpNames("ffn_gate" + suffix, "ffn_up" + suffix, "ffn_down" + suffix));
  }

  /// What the matrices of an MLP are called.
  public record MlpNames(String gate, String up, String down) {}

  /// As [#mlp(Source.Layer, Value, Activation)], of tensors with other names.
  public Value mlp(Source.Layer layer, Value in, Activation kind, MlpNames names) {
    Value up = linear(layer, names.up(), in);
    if (layer.has(names.gate())) {
      Value gate = linear(layer, names.gate(), in);
      return linear(layer, names.down(), graph.gated(kind, gate, up));
    }
    int inner = layer.weight(names.down()).columns();
    if (up.width() == 2 * inner) {
      Value gate = graph.columns(up, 0, inner);
      return linear(layer, names.down(), graph.gated(kind, gate, graph.columns(up, inner, inner)));
    }
    return linear(layer, names.down(), graph.activate(up, kind));
  }

  /// Final RMS norm and head, on the rows whose logits are wanted.
  public Value logits(Value in) {
    return head(norm(graph.outputRows(in), source.tensor("output_norm.weight")));
  }

  /// The head alone; the table of embeddings serves where the file has none.
  public Value head(Value in) {
    Tensor head = source.find("output.weight");
    Value logits =
        graph.matMul(
            head == null ? source.tensor("token_embd.weight") : head,
            in,
            source.find("output.bias"));
    return multiplied(logits, source.find("output.multiplier"));
  }

  public Graph build() {
    return graph.build();
  }
}
