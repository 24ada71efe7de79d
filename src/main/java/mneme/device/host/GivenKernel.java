package mneme.device.host;

import mneme.graph.Op;
import mneme.graph.Value;

final class GivenKernel implements Kernel {
  private final Value out;

  GivenKernel(Op.Given op) {
    out = op.out();
  }

  @Override
  public void run(Step step) {
    System.arraycopy(step.given(), 0, step.of(out), 0, step.rows() * out.width());
  }
}
