package mneme.device.host;

import mneme.graph.Op;
import mneme.graph.RopeSpec;

final class RopeKernel extends RowKernel {
  private final Op.Rope op;
  private final Turns.Table table;
  private float[] in = {};
  private float[] out = {};

  RopeKernel(Op.Rope op, Setting setting) {
    super(setting.workers(), op.in().width());
    this.op = op;
    table = setting.turns().of(op.spec());
  }

  @Override
  void bind(Step step) {
    in = step.of(op.in());
    out = step.of(op.out());
    table.fill(step);
  }

  @Override
  void rows(int from, int to) {
    RopeSpec spec = op.spec();
    int width = op.in().width();
    System.arraycopy(in, from * width, out, from * width, (to - from) * width);
    int pairs = spec.rotatedWidth() / 2;
    for (int row = from; row < to; row++) {
      for (int at = row * width; at < (row + 1) * width; at += spec.headWidth()) {
        if (spec.neighbours()) {
          turnNeighbours(at + spec.offset(), row * pairs, pairs);
        } else {
          turnHalves(at + spec.offset(), row * pairs, pairs);
        }
      }
    }
  }

  private void turnHalves(int at, int turn, int pairs) {
    float[] cosines = table.cosines();
    float[] sines = table.sines();
    for (int i = 0; i < pairs; i++) {
      float x = in[at + i];
      float y = in[at + i + pairs];
      out[at + i] = x * cosines[turn + i] - y * sines[turn + i];
      out[at + i + pairs] = x * sines[turn + i] + y * cosines[turn + i];
    }
  }

  private void turnNeighbours(int at, int turn, int pairs) {
    float[] cosines = table.cosines();
    float[] sines = table.sines();
    for (int i = 0; i < pairs; i++) {
      float x = in[at + 2 * i];
      float y = in[at + 2 * i + 1];
      out[at + 2 * i] = x * cosines[turn + i] - y * sines[turn + i];
      out[at + 2 * i + 1] = x * sines[turn + i] + y * cosines[turn + i];
    }
  }
}
