package mneme.device.host;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mneme.device.Logits;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.graph.Wires;

/// Arrays for the values of a graph. Two values share an array if the one is read for the last time
/// before the other is written. Values after [Op.OutputRows] have fewer rows and share among
/// themselves only; the last value, the logits or what goes to another device, has the array of the
/// caller.
final class Slots {
  private static final int LOGITS = -1;

  private final int[] slotOf;
  private final List<Integer> widths = new ArrayList<>();
  private final List<Boolean> outputOnly = new ArrayList<>();
  private final float[][] arrays;
  private float[] logitValues = new float[0];

  Slots(Graph graph) {
    slotOf = new int[graph.values()];
    assign(graph);
    arrays = new float[widths.size()][0];
  }

  private void assign(Graph graph) {
    int[] lastUse = lastUses(graph);
    List<Integer> free = new ArrayList<>();
    boolean outputs = false;
    for (int i = 0; i < graph.ops().size(); i++) {
      Op op = graph.ops().get(i);
      outputs |= op instanceof Op.OutputRows;
      Value out = op.out();
      slotOf[out.id()] = out.equals(graph.logits()) ? LOGITS : take(free, out.width(), outputs);
      for (Value in : Wires.inputs(op)) {
        if (lastUse[in.id()] == i && !free.contains(slotOf[in.id()])) {
          free.add(slotOf[in.id()]);
        }
      }
      if (lastUse[out.id()] < 0 && slotOf[out.id()] != LOGITS) {
        free.add(slotOf[out.id()]);
      }
    }
  }

  private static int[] lastUses(Graph graph) {
    int[] last = new int[graph.values()];
    Arrays.fill(last, -1);
    for (int i = 0; i < graph.ops().size(); i++) {
      for (Value in : Wires.inputs(graph.ops().get(i))) {
        last[in.id()] = i;
      }
    }
    return last;
  }

  /// The free array whose width is nearest, or a new one.
  private int take(List<Integer> free, int width, boolean outputs) {
    int best = -1;
    for (int slot : free) {
      if (outputOnly.get(slot) == outputs
          && (best < 0 || distance(slot, width) < distance(best, width))) {
        best = slot;
      }
    }
    if (best < 0) {
      widths.add(width);
      outputOnly.add(outputs);
      return widths.size() - 1;
    }
    free.remove((Integer) best);
    widths.set(best, Math.max(widths.get(best), width));
    return best;
  }

  private int distance(int slot, int width) {
    return Math.abs(widths.get(slot) - width);
  }

  /// Makes room for a step of `rows` rows.
  void reserve(int rows, int outputs, Logits logits) {
    for (int slot = 0; slot < arrays.length; slot++) {
      int needed =
          Math.multiplyExact(outputOnly.get(slot) ? outputs : rows, (int) widths.get(slot));
      if (arrays[slot].length < needed) {
        arrays[slot] = new float[needed];
      }
    }
    logitValues = logits.reserve(outputs);
  }

  float[] of(Value value) {
    int slot = slotOf[value.id()];
    return slot == LOGITS ? logitValues : arrays[slot];
  }

  /// Rows of a value in a step of that size.
  int rows(Value value, StepSize step) {
    int slot = slotOf[value.id()];
    return slot == LOGITS || outputOnly.get(slot) ? step.outputs() : step.rows();
  }

  /// Bytes once a step of that size has run.
  long bytes(StepSize step) {
    long bytes = 0;
    for (int slot = 0; slot < widths.size(); slot++) {
      bytes += 4L * widths.get(slot) * (outputOnly.get(slot) ? step.outputs() : step.rows());
    }
    return bytes;
  }

  long bytes() {
    return Arrays.stream(arrays).mapToLong(array -> 4L * array.length).sum();
  }
}
