package mneme.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.stream.Collectors;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.graph.Wires;
import mneme.memory.MemoryPlan;

/// A device that gets the f32 weights of products in f16, which go to matrix units where those of
/// golden models would not.
public final class HalvedDevice extends WrappedDevice {
  private final Map<Graph, Graph> halved = new WeakHashMap<>();

  public HalvedDevice(Device device) {
    super(device);
  }

  @Override
  public Program prepare(Graph graph, MemoryPlan plan, Numerics numerics) {
    return super.prepare(halved(graph), plan, numerics);
  }

  @Override
  public ProgramSize measure(Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
    return super.measure(halved(graph), plan, numerics, largest);
  }

  private Graph halved(Graph graph) {
    return halved.computeIfAbsent(
        graph,
        whole -> {
          Set<Value> routed = routed(whole);
          List<Op> ops =
              whole.ops().stream().map(op -> routed.contains(op.out()) ? op : halved(op)).toList();
          return new Graph(ops, whole.needs(), whole.values());
        });
  }

  /// What files keep in f32: the products that say which experts a row goes to.
  private static Set<Value> routed(Graph graph) {
    return graph.ops().stream()
        .filter(Op.Route.class::isInstance)
        .flatMap(route -> Wires.inputs(route).stream())
        .collect(Collectors.toSet());
  }

  private static Op halved(Op op) {
    return switch (op) {
      case Op.MatMul o -> new Op.MatMul(halved(o.weight()), o.in(), o.bias(), o.out());
      case Op.BlockMatMul o -> new Op.BlockMatMul(halved(o.weight()), o.in(), o.out());
      default -> op;
    };
  }

  private static Tensor halved(Tensor weight) {
    if (weight.encoding() != Encoding.F32) {
      return weight;
    }
    MemorySegment halves = Arena.ofAuto().allocate(2 * weight.elements(), 64);
    for (long i = 0; i < weight.elements(); i++) {
      float number = weight.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i);
      halves.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, Float.floatToFloat16(number));
    }
    return new Tensor(weight.name(), Encoding.F16, weight.dims(), halves);
  }
}
