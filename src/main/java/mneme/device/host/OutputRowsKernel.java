package mneme.device.host;

import mneme.graph.Op;

final class OutputRowsKernel implements Kernel {
  private final Op.OutputRows op;

  OutputRowsKernel(Op.OutputRows op) {
    this.op = op;
  }

  @Override
  public void run(Step step) {
    float[] in = step.of(op.in());
    float[] out = step.of(op.out());
    int width = op.in().width();
    for (int row = 0; row < step.outputCount(); row++) {
      System.arraycopy(in, step.outputRow(row) * width, out, row * width, width);
    }
    step.keepOutputs();
  }
}
