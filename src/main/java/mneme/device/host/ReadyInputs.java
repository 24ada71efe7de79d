package mneme.device.host;

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

  ReadyInputs(Workers workers, boolean rounds) {
    this.workers = workers;
    this.rounds = rounds;
  }

  /// The form that products of `in` with `weight` read.
  Inputs.Form form(Value in, Packed weight) {
    return Inputs.Form.of(weight, in.width(), rounds);
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
}
