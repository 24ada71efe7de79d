package mneme.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which values an op reads.
public final class Wires {
  private Wires() {}

  public static List<Value> inputs(Op op) {
    return switch (op) {
      case Op.Embed _, Op.Given _ -> List.of();
      case Op.RmsNorm o -> List.of(o.in());
      case Op.LayerNorm o -> List.of(o.in());
      case Op.L2Norm o -> List.of(o.in());
      case Op.MatMul o -> List.of(o.in());
      case Op.BlockMatMul o -> List.of(o.in());
      case Op.Add o -> List.of(o.left(), o.right());
      case Op.Multiply o -> List.of(o.left(), o.right());
      case Op.SumRuns o -> List.of(o.in());
      case Op.Scale o -> List.of(o.in());
      case Op.AddWeight o -> List.of(o.in());
      case Op.MultiplyWeight o -> List.of(o.in());
      case Op.Activate o -> List.of(o.in());
      case Op.Softcap o -> List.of(o.in());
      case Op.Gated o -> List.of(o.gate(), o.up());
      case Op.ClampedGated o -> List.of(o.gate(), o.up());
      case Op.Columns o -> List.of(o.in());
      case Op.Concat o -> List.of(o.left(), o.right());
      case Op.Rope o -> List.of(o.in());
      case Op.Attention o -> present(o.query(), o.key(), o.value());
      case Op.ShortConv o -> List.of(o.in());
      case Op.SelectiveScan o -> List.of(o.x(), o.step(), o.b(), o.c());
      case Op.HeadScan o -> List.of(o.x(), o.dt(), o.b(), o.c());
      case Op.Shift o -> List.of(o.in());
      case Op.LinearScan o -> present(o.query(), o.key(), o.value(), o.decay());
      case Op.DeltaScan o ->
          List.of(o.query(), o.key(), o.value(), o.decay(), o.removed(), o.replaced());
      case Op.GatedRecurrence o -> List.of(o.x(), o.inputGate(), o.recurrenceGate());
      case Op.MatrixLstm o -> List.of(o.query(), o.key(), o.value(), o.inputGate(), o.forgetGate());
      case Op.ScalarLstm o -> List.of(o.gates());
      case Op.ChannelWkv o -> List.of(o.key(), o.value());
      case Op.Route o -> List.of(o.logits());
      case Op.ExpertMatMul o -> List.of(o.in(), o.route());
      case Op.Combine o -> List.of(o.in(), o.route());
      case Op.OutputRows o -> List.of(o.in());
    };
  }

  private static List<Value> present(@Nullable Value... values) {
    return Arrays.stream(values).filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }
}
