package mneme.device.host;

import mneme.graph.Value;

/// Sum or product of two rows. Where the right row is narrower each of its numbers meets a run of
/// the left one.
final class PairKernel extends RowKernel {
  enum Kind {
    ADD,
    MULTIPLY
  }

  private final Kind kind;
  private final Value leftValue;
  private final Value rightValue;
  private final Value outValue;
  private float[] left = {};
  private float[] right = {};
  private float[] out = {};

  PairKernel(Kind kind, Value left, Value right, Value out, Setting setting) {
    super(setting.workers(), left.width());
    this.kind = kind;
    leftValue = left;
    rightValue = right;
    outValue = out;
  }

  @Override
  void bind(Step step) {
    left = step.of(leftValue);
    right = step.of(rightValue);
    out = step.of(outValue);
  }

  @Override
  void rows(int from, int to) {
    int width = leftValue.width();
    int run = width / rightValue.width();
    if (run > 1) {
      runs(from * width, to * width, run);
    } else if (kind == Kind.ADD) {
      for (int i = from * width; i < to * width; i++) {
        out[i] = left[i] + right[i];
      }
    } else {
      for (int i = from * width; i < to * width; i++) {
        out[i] = left[i] * right[i];
      }
    }
  }

  private void runs(int from, int to, int run) {
    for (int at = from; at < to; at += run) {
      float r = right[at / run];
      for (int i = at; i < at + run; i++) {
        out[i] = kind == Kind.ADD ? left[i] + r : left[i] * r;
      }
    }
  }
}
