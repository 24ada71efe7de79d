package mneme.device.accelerator;

import mneme.device.DeviceException;
import mneme.format.Encoding;
import mneme.graph.AttentionSpec;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;

/// Launches the kernels of `memory.kernel` and `attention.kernel`: what remembers in pages.
final class AttentionOps {
  /// For what the parts of attention leave to be added up, however large a step is.
  private static final long ROOM_BYTES = 16 << 20;

  /// Work-groups that are enough for a device without dealing out parts.
  private static final int ENOUGH_GROUPS = 512;

  private static final int MAX_KEY_WIDTH = 1296;
  private static final int MAX_VALUE_WIDTH = 1024;

  private final Accelerator accelerator;
  private final Weights weights;
  private final StepTables tables;
  private final Graph graph;
  private final MemoryPlan plan;
  private final Memory room;

  AttentionOps(
      Accelerator accelerator, Weights weights, StepTables tables, Graph graph, MemoryPlan plan) {
    this.accelerator = accelerator;
    this.weights = weights;
    this.tables = tables;
    this.graph = graph;
    this.plan = plan;
    this.room = accelerator.allocate(roomBytes(graph), "the parts of attention");
  }

  /// What the ops of `graph` keep on the device for working, however large a step is.
  static long roomBytes(Graph graph) {
    return graph.ops().stream().anyMatch(Op.Attention.class::isInstance) ? ROOM_BYTES : 0;
  }

  void close() {
    room.release();
  }

  /// Builds what `op` needs.
  ///
  /// @throws DeviceException kind FAILED if the op is too large for its kernel
  void prepare(Op.Attention op) {
    AttentionShape shape = shape(op);
    if (shape.valueWidth() > MAX_VALUE_WIDTH) {
      throw tooLarge("values of " + shape.valueWidth(), MAX_VALUE_WIDTH);
    }
    if (!shape.fits()) {
      throw tooLarge("keys of " + shape.keyWidth(), MAX_KEY_WIDTH);
    }
    int parts = accelerator.poolParts(1);
    accelerator.build(Kernel.attention("attend", shape, shape.fewSlots(), parts));
    accelerator.build(Kernel.attention("attend", shape, shape.mostSlots(), parts));
    accelerator.build(Kernel.attention("attend_parts", shape, shape.fewSlots(), 0));
  }

  private static DeviceException tooLarge(String has, int most) {
    return new DeviceException(
        DeviceException.Kind.FAILED,
        "attention has %s; its kernel takes at most %d".formatted(has, most));
  }

  void run(Op.Attention op, Step step) {
    var kv = (MemoryNeed.Kv) graph.needs().get(op.need());
    var place = (MemoryPlan.Place.InPage) plan.places().get(op.need());
    Encoding keys = plan.encoding().keys();
    Encoding values = plan.encoding().values();
    if (op.key() != null) {
      keep(new Half(op.key(), kv.keyWidth(), place.keysAt(), keys), kv, place.group(), step);
    }
    if (op.value() != null && kv.valueWidth() > 0) {
      keep(
          new Half(op.value(), kv.valueWidth(), place.valuesAt(), values), kv, place.group(), step);
    }
    accelerator.barrier();
    attend(op, kv, place, step);
  }

  /// Keys or values of a step on their way into the cache.
  private record Half(Value from, int width, long at, Encoding encoding) {}

  private void keep(Half half, MemoryNeed.Kv kv, int group, Step step) {
    Launch launch =
        tables.rows(
            accelerator
                .launch(Kernel.memory("keep", step.pool().kernelParts()))
                .at(step.scratch(), step.at(half.from()))
                .pool(step.pool().arguments()));
    tables
        .pages(launch, group)
        .number(step.rows())
        .number(kv.heads())
        .number(half.width())
        .number(plan.pageTokens())
        .number(Math.toIntExact(half.at()))
        .number(half.encoding().ggufId())
        .each((long) step.rows() * kv.heads() * ((half.width() + 31) / 32), 1);
  }

  private AttentionShape shape(Op.Attention op) {
    return AttentionShape.of(op, (MemoryNeed.Kv) graph.needs().get(op.need()), plan);
  }

  private void attend(Op.Attention op, MemoryNeed.Kv kv, MemoryPlan.Place.InPage place, Step step) {
    AttentionSpec spec = op.spec();
    AttentionShape shape = shape(op);
    boolean isDecode = step.rows() == step.spans();
    int slots = isDecode ? shape.fewSlots() : shape.mostSlots();
    int parts = isDecode ? parts(shape, step) : 0;
    Launch launch =
        tables.spans(
            tables.rows(
                accelerator
                    .launch(Kernel.attention("attend", shape, slots, step.pool().kernelParts()))
                    .at(step.scratch(), step.at(op.query()))
                    .at(step.scratch(), step.at(op.out()))
                    .pool(step.pool().arguments())));
    tables
        .pages(launch, place.group())
        .at(weights.vector(spec.sinks()), 0)
        .at(room, 0)
        .number(shape.heads())
        .number(shape.kvHeads())
        .number(plan.pageTokens())
        .number(kv.windowTokens())
        .number(Math.toIntExact(place.keysAt()))
        .number(Math.toIntExact(kv.valueWidth() == 0 ? place.keysAt() : place.valuesAt()))
        .number(parts)
        .flag(spec.sinks() != null)
        .number(spec.scale())
        .number(spec.softcap())
        .groups(shape.groups(slots) * Math.max(1, parts), step.rows());
    if (parts > 0) {
      addParts(op, kv, parts, step);
    }
  }

  /// Parts that have a work-group each: all if that gives the device more to do at once and what
  /// they leave fits the room, else 0.
  private int parts(AttentionShape shape, Step step) {
    int parts = tables.lastPosition() / AttentionShape.PART + 1;
    boolean isEnough = step.rows() * shape.groups(shape.fewSlots()) >= ENOUGH_GROUPS;
    boolean fits = step.rows() * shape.partBytes() <= ROOM_BYTES / parts;
    return parts > 1 && !isEnough && fits ? parts : 0;
  }

  private void addParts(Op.Attention op, MemoryNeed.Kv kv, int parts, Step step) {
    AttentionShape shape = shape(op);
    accelerator.barrier();
    tables
        .rows(
            accelerator
                .launch(Kernel.attention("attend_parts", shape, shape.fewSlots(), 0))
                .at(step.scratch(), step.at(op.out())))
        .at(weights.vector(op.spec().sinks()), 0)
        .at(room, 0)
        .number(shape.heads())
        .number(kv.windowTokens())
        .number(parts)
        .flag(op.spec().sinks() != null)
        .groups(shape.heads(), step.rows());
  }
}
