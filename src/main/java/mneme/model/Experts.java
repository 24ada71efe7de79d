package mneme.model;

import mneme.format.ModelFormatException;
import mneme.graph.Activation;
import mneme.graph.GraphBuilder;
import mneme.graph.RouteSpec;
import mneme.graph.Value;

/// Mixture of experts of one layer: router, chosen experts, weighted sum.
public record Experts(RouteSpec.Gate gate, boolean normalise, float factor) {

  /// Softmax over all experts.
  public static Experts softmax(boolean normalise) {
    return new Experts(RouteSpec.Gate.SOFTMAX, normalise, 1);
  }

  /// As the keys `expert_gating_func`, `expert_weights_norm` and `expert_weights_scale` say.
  public static Experts of(Source source, RouteSpec.Gate gate, boolean normalise) {
    float factor = source.real("expert_weights_scale", 1);
    return new Experts(
        switch (source.integer("expert_gating_func", 0)) {
          case 0 -> gate;
          case 1 -> RouteSpec.Gate.SOFTMAX;
          case 2 -> RouteSpec.Gate.SIGMOID;
          case 3 -> RouteSpec.Gate.SOFTMAX_CHOSEN;
          default ->
              throw new ModelFormatException(
                  "expert gating function %d is not known; known: 1, 2, 3"
                      .formatted(source.integer("expert_gating_func")));
        },
        source.flag("expert_weights_norm", normalise),
        factor == 0 ? 1 : factor);
  }

  /// How the experts of a chosen layer turn their input into their output.
  public interface Unit {
    Value of(Value gate, Value up);
  }

  public Value write(Blocks blocks, Source.Layer layer, Value in, Activation kind) {
    GraphBuilder graph = blocks.graph();
    Value route = route(blocks, layer, in);
    Value up = expert(blocks, layer, "ffn_up_exps", in, route);
    Value inner =
        layer.has("ffn_gate_exps")
            ? graph.gated(kind, expert(blocks, layer, "ffn_gate_exps", in, route), up)
            : graph.activate(up, kind);
    return graph.combine(expert(blocks, layer, "ffn_down_exps", inner, route), route);
  }

  /// As [#write], with a gated unit of its own.
  public Value write(Blocks blocks, Source.Layer layer, Value in, Unit unit) {
    Value route = route(blocks, layer, in);
    Value gate = expert(blocks, layer, "ffn_gate_exps", in, route);
    Value up = expert(blocks, layer, "ffn_up_exps", in, route);
    Value down = expert(blocks, layer, "ffn_down_exps", unit.of(gate, up), route);
    return blocks.graph().combine(down, route);
  }

  private Value route(Blocks blocks, Source.Layer layer, Value in) {
    Source source = blocks.source();
    RouteSpec spec =
        new RouteSpec(
            source.positive("expert_count"),
            source.positive("expert_used_count"),
            gate,
            layer.bias("exp_probs_b"),
            normalise,
            factor,
            Math.max(1, source.integer("expert_group_count", 1)),
            Math.max(1, source.integer("expert_group_used_count", 1)));
    return blocks.graph().route(blocks.linear(layer, "ffn_gate_inp", in), spec);
  }

  private static Value expert(
      Blocks blocks, Source.Layer layer, String name, Value in, Value route) {
    return blocks.graph().expertMatMul(layer.weight(name), layer.bias(name), in, route);
  }
}
