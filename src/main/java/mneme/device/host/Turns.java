package mneme.device.host;

import java.util.HashMap;
import java.util.Map;
import mneme.graph.RopeSpec;

/// The rotations of a step's positions, once for all layers that turn alike.
final class Turns {
  private final Map<RopeSpec, Table> tables = new HashMap<>();

  Table of(RopeSpec spec) {
    return tables.computeIfAbsent(spec, Table::new);
  }

  /// Cosines and sines, `[row][pair]`, times the magnitude. Angles are computed in double
  /// precision.
  static final class Table {
    private final double[] frequencies;
    private final float magnitude;
    private float[] cosines = new float[0];
    private float[] sines = new float[0];
    private long step = -1;

    private Table(RopeSpec spec) {
      frequencies = spec.frequencies();
      magnitude = spec.magnitude();
    }

    void fill(Step now) {
      if (step == now.number()) {
        return;
      }
      step = now.number();
      int pairs = frequencies.length;
      if (cosines.length < now.rows() * pairs) {
        cosines = new float[now.rows() * pairs];
        sines = new float[now.rows() * pairs];
      }
      for (int row = 0; row < now.rows(); row++) {
        for (int pair = 0; pair < pairs; pair++) {
          double angle = now.position(row) * frequencies[pair];
          cosines[row * pairs + pair] = (float) (Math.cos(angle) * magnitude);
          sines[row * pairs + pair] = (float) (Math.sin(angle) * magnitude);
        }
      }
    }

    float[] cosines() {
      return cosines;
    }

    float[] sines() {
      return sines;
    }
  }
}
