package mneme.device.accelerator;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import mneme.graph.Op;
import mneme.graph.Value;
import org.jspecify.annotations.Nullable;

/// What an op reads, and the room it works in.
final class OpInputs {
  private OpInputs() {}

  static List<Value> of(Op op) {
    return switch (op) {
      case Op.Embed _ -> List.of();
      case Op.RmsNorm o -> values(o.in());
      case Op.LayerNorm o -> values(o.in());
      case Op.L2Norm o -> values(o.in());
      case Op.MatMul o -> values(o.in());
      case Op.Add o -> values(o.left(), o.right());
      case Op.Multiply o -> values(o.left(), o.right());
      case Op.BlockMatMul o -> values(o.in());
      case Op.SumRuns o -> values(o.in());
      case Op.Scale o -> values(o.in());
      case Op.AddWeight o -> values(o.in());
      case Op.MultiplyWeight o -> values(o.in());
      case Op.Activate o -> values(o.in());
      case Op.Softcap o -> values(o.in());
      case Op.Gated o -> values(o.gate(), o.up());
      case Op.ClampedGated o -> values(o.gate(), o.up());
      case Op.Columns o -> values(o.in());
      case Op.Concat o -> values(o.left(), o.right());
      case Op.Rope o -> values(o.in());
      case Op.Route o -> values(o.logits());
      case Op.ExpertMatMul o -> values(o.in(), o.route());
      case Op.Combine o -> values(o.in(), o.route());
      case Op.OutputRows o -> values(o.in());
      case Op.Stateful o -> stateful(o);
    };
  }

  private static List<Value> stateful(Op.Stateful op) {
    return switch (op) {
      case Op.Attention o -> values(o.query(), o.key(), o.value());
      case Op.ShortConv o -> values(o.in());
      case Op.Shift o -> values(o.in());
      case Op.SelectiveScan o -> values(o.x(), o.step(), o.b(), o.c());
      case Op.HeadScan o -> values(o.x(), o.dt(), o.b(), o.c());
      case Op.LinearScan o -> values(o.query(), o.key(), o.value(), o.decay());
      case Op.DeltaScan o ->
          values(o.query(), o.key(), o.value(), o.decay(), o.removed(), o.replaced());
      case Op.GatedRecurrence o -> values(o.x(), o.inputGate(), o.recurrenceGate());
      case Op.MatrixLstm o -> values(o.query(), o.key(), o.value(), o.inputGate(), o.forgetGate());
      case Op.ScalarLstm o -> values(o.gates());
      case Op.ChannelWkv o -> values(o.key(), o.value());
    };
  }

  private static List<Value> values(@Nullable Value... values) {
    return Arrays.stream(values).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }

  /// Numbers a row that the op needs beside its output.
  static int workWidth(Op op) {
    return switch (op) {
      case Op.Route o -> 3 * o.spec().experts();
      case Op.MatrixLstm o -> 3 * o.heads();
      default -> 0;
    };
  }
}
