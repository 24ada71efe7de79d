package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;

/// Some columns of a matrix state S, one row a key channel, and what one token does to them. Lanes
/// are columns and each sum runs over the rows from the first to the last, so nothing depends on
/// the machine's vectors. Scratch of one thread.
final class Tile {
  static final int COLUMNS = 2 * Lanes.ROWS;

  private static final int PAIR = 2 * Lanes.COUNT;

  /// `[row][COLUMNS]`; columns that the state does not have are never read.
  final float[] state;

  /// The token's value v.
  final float[] value = new float[COLUMNS];

  /// What the token reads.
  final float[] out = new float[COLUMNS];

  private final int rows;

  /// Of the token.
  final Decay decay = new Decay();

  /// @param rows key channels
  Tile(int rows) {
    this.rows = rows;
    state = new float[rows * COLUMNS];
  }

  void clear() {
    Arrays.fill(state, 0);
  }

  /// Takes all columns from memory, rows `stride` bytes apart.
  void load(MemorySegment memory, long from, long stride) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < COLUMNS; j += Lanes.COUNT) {
        Lanes.floats(memory, from + i * stride + 4L * j).intoArray(state, i * COLUMNS + j);
      }
    }
  }

  void store(MemorySegment memory, long to, long stride) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < COLUMNS; j += Lanes.COUNT) {
        Lanes.put(
            FloatVector.fromArray(Lanes.F, state, i * COLUMNS + j),
            memory,
            to + i * stride + 4L * j);
      }
    }
  }

  /// out = q · S.
  void read(float[] query, int at) {
    for (int j = 0; j < COLUMNS; j += PAIR) {
      FloatVector sum0 = FloatVector.zero(Lanes.F);
      FloatVector sum1 = sum0;
      for (int i = 0; i < rows; i++) {
        FloatVector q = FloatVector.broadcast(Lanes.F, query[at + i]);
        int s = i * COLUMNS + j;
        sum0 = FloatVector.fromArray(Lanes.F, state, s).fma(q, sum0);
        sum1 = FloatVector.fromArray(Lanes.F, state, s + Lanes.COUNT).fma(q, sum1);
      }
      sum0.intoArray(out, j);
      sum1.intoArray(out, j + Lanes.COUNT);
    }
  }

  /// S' = w S + k vᵀ.
  void write(float[] key, int at) {
    float[] decays = decay.numbers;
    for (int j = 0; j < COLUMNS; j += PAIR) {
      FloatVector v0 = FloatVector.fromArray(Lanes.F, value, j);
      FloatVector v1 = FloatVector.fromArray(Lanes.F, value, j + Lanes.COUNT);
      for (int i = 0; i < rows; i++) {
        int s = i * COLUMNS + j;
        FloatVector w = FloatVector.broadcast(Lanes.F, decays[decay.at + i * decay.step]);
        FloatVector k = FloatVector.broadcast(Lanes.F, key[at + i]);
        FloatVector.fromArray(Lanes.F, state, s).fma(w, v0.mul(k)).intoArray(state, s);
        FloatVector.fromArray(Lanes.F, state, s + Lanes.COUNT)
            .fma(w, v1.mul(k))
            .intoArray(state, s + Lanes.COUNT);
      }
    }
  }

  /// S' = w S + b rᵀ + k vᵀ with r = what `out` holds, out = q · S'.
  void replace(float[] replaced, float[] key, float[] query, int at) {
    float[] decays = decay.numbers;
    for (int j = 0; j < COLUMNS; j += PAIR) {
      FloatVector v0 = FloatVector.fromArray(Lanes.F, value, j);
      FloatVector v1 = FloatVector.fromArray(Lanes.F, value, j + Lanes.COUNT);
      FloatVector r0 = FloatVector.fromArray(Lanes.F, out, j);
      FloatVector r1 = FloatVector.fromArray(Lanes.F, out, j + Lanes.COUNT);
      FloatVector sum0 = FloatVector.zero(Lanes.F);
      FloatVector sum1 = sum0;
      for (int i = 0; i < rows; i++) {
        int s = i * COLUMNS + j;
        FloatVector w = FloatVector.broadcast(Lanes.F, decays[decay.at + i * decay.step]);
        FloatVector b = FloatVector.broadcast(Lanes.F, replaced[at + i]);
        FloatVector k = FloatVector.broadcast(Lanes.F, key[at + i]);
        FloatVector q = FloatVector.broadcast(Lanes.F, query[at + i]);
        FloatVector next = FloatVector.fromArray(Lanes.F, state, s).fma(w, r0.fma(b, v0.mul(k)));
        next.intoArray(state, s);
        sum0 = next.fma(q, sum0);
        next = FloatVector.fromArray(Lanes.F, state, s + Lanes.COUNT).fma(w, r1.fma(b, v1.mul(k)));
        next.intoArray(state, s + Lanes.COUNT);
        sum1 = next.fma(q, sum1);
      }
      sum0.intoArray(out, j);
      sum1.intoArray(out, j + Lanes.COUNT);
    }
  }

  /// out += weight v.
  void addValue(float weight) {
    for (int j = 0; j < COLUMNS; j++) {
      out[j] = Math.fma(weight, value[j], out[j]);
    }
  }

  void scale(float factor) {
    for (int j = 0; j < COLUMNS; j++) {
      out[j] *= factor;
    }
  }

  /// Decays of a token: from `at` on one for each row, or with step 0 one for all.
  static final class Decay {
    private float[] numbers = {};
    private int at;
    private int step;

    void of(float[] from, int first, int apart) {
      numbers = from;
      at = first;
      step = apart;
    }
  }
}
