package mneme.device.accelerator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import mneme.graph.Op;
import mneme.graph.Value;

/// Where the inputs of products lie in f16 for matrix units, in columns of the scratch behind those
/// of [ScratchPlan]. They are made when a stage begins and belong to it; products of a stage that
/// read the same value read the same halves.
final class HalvesPlan {
  /// Columns of a block, numbers of f16 in a column, and columns for the bits of the largest.
  private static final int BLOCK = 32;

  private static final int IN_COLUMN = 2;
  private static final int LARGEST = 4;

  /// A value and the column at which its halves begin.
  record Place(Value value, int column) {}

  private final int from;
  private final Map<Op, Place> places = new IdentityHashMap<>();

  /// By the index of a stage's first op.
  private final Map<Integer, List<Place>> made = new HashMap<>();

  private int width;

  /// @param from the first column
  HalvesPlan(Stages stages, int from) {
    this.from = from;
    List<Op> ops = stages.ops();
    List<Place> stage = new ArrayList<>();
    made.put(0, stage);
    for (int i = 0; i < ops.size(); i++) {
      if (stages.begins(i)) {
        stage = new ArrayList<>();
        made.put(i, stage);
      }
      if (ops.get(i) instanceof Op.MatMul op && MatrixUnit.takes(op.weight())) {
        places.put(op, place(op.in(), stage));
      }
    }
  }

  private Place place(Value value, List<Place> stage) {
    for (Place place : stage) {
      if (place.value().id() == value.id()) {
        return place;
      }
    }
    int column = stage.isEmpty() ? from : end(stage.getLast());
    Place place = new Place(value, column);
    stage.add(place);
    width = Math.max(width, end(place) - from);
    return place;
  }

  private static int end(Place place) {
    int blocks = Math.ceilDiv(place.value().width(), BLOCK);
    return place.column() + blocks * BLOCK / IN_COLUMN + LARGEST;
  }

  /// What is to be made when the op at `index` begins a stage.
  List<Place> madeAt(int index) {
    return made.getOrDefault(index, List.of());
  }

  /// Where a product finds its input.
  Place of(Op.MatMul op) {
    Place place = places.get(op);
    if (place == null) {
      throw new IllegalArgumentException("no matrix unit takes " + op.weight().name());
    }
    return place;
  }

  int width() {
    return width;
  }
}
