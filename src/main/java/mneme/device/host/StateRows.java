package mneme.device.host;

import jdk.incubator.vector.FloatVector;
import mneme.device.host.machine.Lanes;

/// The inner loops of matrix states.
final class StateRows {
  private StateRows() {}

  /// `s = decay * s + gain * b`, and the sum of `s * c`; b and c begin at `at`.
  static float decayAndRead(
      float[] state, int s, float decay, float gain, float[] b, float[] c, int at, int count) {
    if (Lanes.COUNT < Lanes.ROWS || count % Lanes.ROWS != 0) {
      for (int n = 0; n < count; n++) {
        state[s + n] = Math.fma(decay, state[s + n], gain * b[at + n]);
      }
      return Lanes.dot(state, s, c, at, count);
    }
    FloatVector sum = FloatVector.zero(Lanes.F);
    FloatVector decays = FloatVector.broadcast(Lanes.F, decay);
    for (int n = 0; n < count; n += Lanes.ROWS) {
      FloatVector next =
          FloatVector.fromArray(Lanes.F, state, s + n)
              .fma(decays, FloatVector.fromArray(Lanes.F, b, at + n).mul(gain));
      next.intoArray(state, s + n);
      sum = next.fma(FloatVector.fromArray(Lanes.F, c, at + n), sum);
    }
    return Lanes.fold(sum);
  }

  /// `s = decay * s + gain * v`.
  static void decayAndAdd(
      float[] state, int s, float decay, float gain, float[] v, int vAt, int count) {
    for (int j = 0; j < count; j++) {
      state[s + j] = Math.fma(decay, state[s + j], gain * v[vAt + j]);
    }
  }

  /// `out += weight * row`.
  static void add(float weight, float[] row, int at, float[] out, int outAt, int count) {
    for (int j = 0; j < count; j++) {
      out[outAt + j] = Math.fma(weight, row[at + j], out[outAt + j]);
    }
  }
}
