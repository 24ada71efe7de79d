package mneme.device.host;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import mneme.device.host.machine.Workers;
import mneme.device.host.matrix.Inputs;
import mneme.device.host.matrix.Packed;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// The rows of a value made ready for products, kept for the next product with the same value:
/// queries, keys and values mostly come from one row.
final class ReadyInputs {
  private final Workers workers;
  private final boolean rounds;
  private final Inputs inputs = new Inputs();
  private long step = -1;
  private int value = -1;
  private Inputs.@Nullable Form form;
  private int[] starts = new int[0];
  private final List<Use> uses = new ArrayList<>();

  /// A value that some product reads in some form.
  private record Use(Value in, Inputs.Form form) {}

  ReadyInputs(Workers workers, boolean rounds) {
    this.workers = workers;
    this.rounds = rounds;
  }

  /// The form that products of `in` with `weight` read.
  Inputs.Form form(Value in, Packed weight) {
    Inputs.Form wanted = Inputs.Form.of(weight, in.width(), rounds);
    uses.add(new Use(in, wanted));
    return wanted;
  }

  Inputs of(Value in, Inputs.Form wanted, Step now) {
    if (step != now.number() || value != in.id() || !wanted.equals(form)) {
      if (starts.length < now.rows()) {
        starts = new int[now.rows()];
      }
      for (int row = 0; row < now.rows(); row++) {
        starts[row] = row * in.width();
      }
      inputs.fill(now.of(in), starts, now.rows(), wanted, workers);
      step = now.number();
      value = in.id();
      form = wanted;
    }
    return inputs;
  }

  long bytes() {
    return inputs.bytes();
  }

  /// Bytes once a step has run in which values have so many rows.
  long bytes(ToIntFunction<Value> rows) {
    return Inputs.bytes(
        uses.stream().map(Use::form).toList(),
        uses.stream().map(use -> rows.applyAsInt(use.in())).toList());
  }
}
