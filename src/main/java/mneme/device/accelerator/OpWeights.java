package mneme.device.accelerator;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import mneme.format.Tensor;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// The weights that an op brings to the device: matrices, and vectors in f32.
final class OpWeights {
  private OpWeights() {}

  static List<Tensor> matrices(Op op) {
    return switch (op) {
      case Op.Embed o -> List.of(o.table());
      case Op.MatMul o -> List.of(o.weight());
      case Op.BlockMatMul o -> List.of(o.weight());
      case Op.ExpertMatMul o -> List.of(o.weight());
      default -> List.of();
    };
  }

  static List<Tensor> vectors(Op op) {
    return switch (op) {
      case Op.RmsNorm o -> some(o.weight());
      case Op.LayerNorm o -> some(o.weight(), o.bias());
      case Op.MatMul o -> some(o.bias());
      case Op.ExpertMatMul o -> some(o.bias());
      case Op.AddWeight o -> some(o.weight());
      case Op.MultiplyWeight o -> some(o.weight());
      case Op.Attention o -> some(o.spec().sinks());
      case Op.ShortConv o -> some(o.weight(), o.bias());
      case Op.SelectiveScan o -> some(o.a(), o.d());
      case Op.HeadScan o -> some(o.spec().a(), o.spec().d(), o.spec().dtBias());
      case Op.LinearScan o -> some(o.spec().bonus(), o.spec().decay());
      case Op.GatedRecurrence o -> some(o.weight());
      case Op.ScalarLstm o -> some(o.recurrent(), o.bias());
      case Op.ChannelWkv o -> some(o.decay(), o.first());
      case Op.Route o -> some(o.spec().bias());
      case Op.Embed _, Op.L2Norm _, Op.Add _, Op.Multiply _, Op.BlockMatMul _, Op.SumRuns _ ->
          List.of();
      case Op.Scale _, Op.Activate _, Op.Softcap _, Op.Gated _, Op.ClampedGated _ -> List.of();
      case Op.Columns _, Op.Concat _, Op.Rope _, Op.Shift _, Op.DeltaScan _, Op.MatrixLstm _ ->
          List.of();
      case Op.Combine _, Op.OutputRows _, Op.Given _ -> List.of();
    };
  }

  private static List<Tensor> some(@Nullable Tensor... tensors) {
    return Stream.of(tensors).filter(Objects::nonNull).toList();
  }
}
