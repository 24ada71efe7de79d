package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Runs;
import mneme.graph.HeadScanSpec;
import mneme.graph.Op;

/// Heads share nothing, so each is one part of the state. Its rows are updated where they lie, some
/// at a time, so few that they stay in the first cache while all tokens of the span pass.
final class HeadScanKernel extends StateKernel {
  /// Rows of a state that pass through the registers together.
  private static final int QUAD = 4;

  /// Rows of a state that stay in the cache together.
  private static final int TILE = 4 * QUAD;

  private final Op.HeadScan op;
  private final HeadScanSpec spec;
  private final float[] a;
  private final float[] d;
  private final float[] bias;
  private final Scratch[] scratch;
  private float[] x = {};
  private float[] dt = {};
  private float[] b = {};
  private float[] c = {};
  private float[] out = {};

  HeadScanKernel(Op.HeadScan op, Setting setting) {
    super(op, op.spec().heads(), setting);
    this.op = op;
    spec = op.spec();
    a = setting.weights().vector(spec.a());
    d = spec.d() == null ? new float[spec.heads()] : setting.weights().vector(spec.d());
    bias = setting.weights().vector(spec.dtBias());
    scratch = new Scratch[setting.workers().count()];
    Arrays.setAll(scratch, worker -> new Scratch());
  }

  /// Of one thread: steps and decays of one head, token by token, and what four rows take in and
  /// give.
  private static final class Scratch {
    private float[] steps = {};
    private float[] decays = {};
    private final float[] gains = new float[QUAD];
    private final float[] sums = new float[QUAD * Lanes.ROWS];

    void reserve(int tokens) {
      if (steps.length < tokens) {
        steps = new float[tokens];
        decays = new float[tokens];
      }
    }
  }

  @Override
  void bind(Step now) {
    x = now.of(op.x());
    dt = now.of(op.dt());
    b = now.of(op.b());
    c = now.of(op.c());
    out = now.of(op.out());
  }

  @Override
  void walk(Walk walk) {
    int head = walk.part();
    int numbers = spec.headWidth() * spec.stateWidth();
    long from = (long) head * numbers;
    walk.clear(from, numbers);
    Scratch mine = scratch[walk.worker()];
    timeSteps(walk, mine);
    for (int row = 0; row < spec.headWidth(); row += TILE) {
      int end = Math.min(row + TILE, spec.headWidth());
      for (int t = 0; t < walk.count(); t++) {
        token(walk, t, row, end, mine);
      }
    }
  }

  private void timeSteps(Walk walk, Scratch mine) {
    mine.reserve(walk.count());
    int head = walk.part();
    for (int t = 0; t < walk.count(); t++) {
      mine.decays[t] = dt[(walk.row() + t) * spec.heads() + head] + bias[head];
    }
    Runs.softplus(mine.decays, 0, mine.steps, 0, walk.count());
    for (int t = 0; t < walk.count(); t++) {
      mine.decays[t] = mine.steps[t] * a[head];
    }
    Runs.exp(mine.decays, 0, walk.count(), 0);
  }

  /// Rows `[from, end)` of the head's state meet token `t`.
  private void token(Walk walk, int t, int from, int end, Scratch mine) {
    int row = walk.row() + t;
    int head = walk.part();
    int width = spec.stateWidth();
    int group = head / (spec.heads() / spec.groups());
    int bAt = (row * spec.groups() + group) * width;
    int xAt = (row * spec.heads() + head) * spec.headWidth();
    for (int p = from; p < end; p += QUAD) {
      int count = Math.min(QUAD, end - p);
      for (int i = 0; i < count; i++) {
        mine.gains[i] = mine.steps[t] * x[xAt + p + i];
      }
      long at = walk.at(((long) head * spec.headWidth() + p) * width);
      if (count == QUAD && width % Lanes.ROWS == 0) {
        for (int lane = 0; lane < Lanes.ROWS; lane += Lanes.COUNT) {
          quad(walk.pool(), at, mine, mine.decays[t], bAt, lane);
        }
        for (int i = 0; i < QUAD; i++) {
          float sum = Lanes.fold(mine.sums, i * Lanes.ROWS);
          out[xAt + p + i] = Math.fma(d[head], x[xAt + p + i], sum);
        }
      } else {
        for (int i = 0; i < count; i++) {
          float sum = row(walk.pool(), at + 4L * i * width, mine.gains[i], mine.decays[t], bAt);
          out[xAt + p + i] = Math.fma(d[head], x[xAt + p + i], sum);
        }
      }
    }
  }

  /// Of four rows: `s = decay * s + gain * b`, and the sums of `s * c`, for every sixteenth column
  /// from those of one vector on.
  private void quad(MemorySegment pool, long from, Scratch mine, float decay, int bFrom, int lane) {
    int width = spec.stateWidth();
    long stride = 4L * width;
    FloatVector sum0 = FloatVector.zero(Lanes.F);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector decays = FloatVector.broadcast(Lanes.F, decay);
    FloatVector gain0 = FloatVector.broadcast(Lanes.F, mine.gains[0]);
    FloatVector gain1 = FloatVector.broadcast(Lanes.F, mine.gains[1]);
    FloatVector gain2 = FloatVector.broadcast(Lanes.F, mine.gains[2]);
    FloatVector gain3 = FloatVector.broadcast(Lanes.F, mine.gains[3]);
    for (int n = lane; n < width; n += Lanes.ROWS) {
      FloatVector bn = FloatVector.fromArray(Lanes.F, b, bFrom + n);
      FloatVector cn = FloatVector.fromArray(Lanes.F, c, bFrom + n);
      long at = from + 4L * n;
      FloatVector next = Lanes.floats(pool, at).fma(decays, bn.mul(gain0));
      Lanes.put(next, pool, at);
      sum0 = next.fma(cn, sum0);
      next = Lanes.floats(pool, at + stride).fma(decays, bn.mul(gain1));
      Lanes.put(next, pool, at + stride);
      sum1 = next.fma(cn, sum1);
      next = Lanes.floats(pool, at + 2 * stride).fma(decays, bn.mul(gain2));
      Lanes.put(next, pool, at + 2 * stride);
      sum2 = next.fma(cn, sum2);
      next = Lanes.floats(pool, at + 3 * stride).fma(decays, bn.mul(gain3));
      Lanes.put(next, pool, at + 3 * stride);
      sum3 = next.fma(cn, sum3);
    }
    sum0.intoArray(mine.sums, lane);
    sum1.intoArray(mine.sums, Lanes.ROWS + lane);
    sum2.intoArray(mine.sums, 2 * Lanes.ROWS + lane);
    sum3.intoArray(mine.sums, 3 * Lanes.ROWS + lane);
  }

  /// One row, for widths that fill no vectors and for what is left of four rows.
  private float row(MemorySegment pool, long at, float gain, float decay, int bAt) {
    float sum = 0;
    for (int n = 0; n < spec.stateWidth(); n++) {
      float before = pool.get(ValueLayout.JAVA_FLOAT, at + 4L * n);
      float next = Math.fma(decay, before, gain * b[bAt + n]);
      pool.set(ValueLayout.JAVA_FLOAT, at + 4L * n, next);
      sum = Math.fma(next, c[bAt + n], sum);
    }
    return sum;
  }
}
