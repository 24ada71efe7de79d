package mneme.device.host.machine;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/// Loops that do nothing but read, and nothing but multiply. Each gives a number that somebody must
/// look at, or the compiler would leave the loop out.
public final class CeilingLoops {
  /// Fused steps of a round of [#multiply] in each lane.
  public static final int STEPS_OF_ROUND = 10;

  private CeilingLoops() {}

  /// The sum of bytes `[from, to)` read as f32; a whole number of four vectors.
  public static float read(MemorySegment bytes, long from, long to) {
    FloatVector a = FloatVector.zero(Lanes.F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int step = 4 * Lanes.COUNT;
    for (long at = from; at < to; at += 4L * step) {
      a = a.add(Lanes.floats(bytes, at));
      b = b.add(Lanes.floats(bytes, at + step));
      c = c.add(Lanes.floats(bytes, at + 2L * step));
      d = d.add(Lanes.floats(bytes, at + 3L * step));
    }
    return a.add(b).add(c.add(d)).lane(0);
  }

  /// Ten chains of fused products and sums, which end at 2 from wherever they begin.
  public static float multiply(int rounds, float start) {
    FloatVector half = FloatVector.broadcast(Lanes.F, 0.5f);
    FloatVector one = FloatVector.broadcast(Lanes.F, 1);
    FloatVector a = FloatVector.broadcast(Lanes.F, start);
    FloatVector b = a.add(1);
    FloatVector c = a.add(2);
    FloatVector d = a.add(3);
    FloatVector e = a.add(4);
    FloatVector f = a.add(5);
    FloatVector g = a.add(6);
    FloatVector h = a.add(7);
    FloatVector i = a.add(8);
    FloatVector j = a.add(9);
    for (int round = 0; round < rounds; round++) {
      a = a.fma(half, one);
      b = b.fma(half, one);
      c = c.fma(half, one);
      d = d.fma(half, one);
      e = e.fma(half, one);
      f = f.fma(half, one);
      g = g.fma(half, one);
      h = h.fma(half, one);
      i = i.fma(half, one);
      j = j.fma(half, one);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).lane(0);
  }
}
