package mneme.device.host;

import mneme.graph.Op;

/// From op to kernel.
final class Kernels {
  private Kernels() {}

  static Kernel of(Op op, Setting setting) {
    return switch (op) {
      case Op.Embed o -> new EmbedKernel(o, setting);
      case Op.Given o -> new GivenKernel(o);
      case Op.RmsNorm o -> new RmsNormKernel(o, setting);
      case Op.LayerNorm o -> new LayerNormKernel(o, setting);
      case Op.L2Norm o -> new L2NormKernel(o, setting);
      case Op.MatMul o -> new MatMulKernel(o, setting);
      case Op.BlockMatMul o -> new BlockMatMulKernel(o, setting);
      case Op.Add o -> new PairKernel(PairKernel.Kind.ADD, o.left(), o.right(), o.out(), setting);
      case Op.Multiply o ->
          new PairKernel(PairKernel.Kind.MULTIPLY, o.left(), o.right(), o.out(), setting);
      case Op.SumRuns o -> new SumRunsKernel(o, setting);
      case Op.Scale o -> new ScaleKernel(o, setting);
      case Op.AddWeight o ->
          new WeightKernel(PairKernel.Kind.ADD, o.in(), o.weight(), o.out(), setting);
      case Op.MultiplyWeight o ->
          new WeightKernel(PairKernel.Kind.MULTIPLY, o.in(), o.weight(), o.out(), setting);
      case Op.Activate o -> new ActivateKernel(o, setting);
      case Op.Softcap o -> new SoftcapKernel(o, setting);
      case Op.Gated o -> new GatedKernel(o, setting);
      case Op.ClampedGated o -> new ClampedGatedKernel(o, setting);
      case Op.Columns o -> new ColumnsKernel(o, setting);
      case Op.Concat o -> new ConcatKernel(o, setting);
      case Op.Rope o -> new RopeKernel(o, setting);
      case Op.Attention o -> new AttentionKernel(o, setting);
      case Op.ShortConv o -> new ShortConvKernel(o, setting);
      case Op.SelectiveScan o -> new SelectiveScanKernel(o, setting);
      case Op.HeadScan o -> new HeadScanKernel(o, setting);
      case Op.Shift o -> new ShiftKernel(o, setting);
      case Op.LinearScan o -> new LinearScanKernel(o, setting);
      case Op.DeltaScan o -> new DeltaScanKernel(o, setting);
      case Op.GatedRecurrence o -> new GatedRecurrenceKernel(o, setting);
      case Op.MatrixLstm o -> new MatrixLstmKernel(o, setting);
      case Op.ScalarLstm o -> new ScalarLstmKernel(o, setting);
      case Op.ChannelWkv o -> new ChannelWkvKernel(o, setting);
      case Op.Route o -> new RouteKernel(o, setting);
      case Op.ExpertMatMul o -> new ExpertMatMulKernel(o, setting);
      case Op.Combine o -> new CombineKernel(o, setting);
      case Op.OutputRows o -> new OutputRowsKernel(o);
    };
  }
}
