package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import mneme.device.Span;
import mneme.device.host.machine.Curves;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Runs;
import mneme.memory.MemoryPlan;

/*
 * One pass over the pages with a running maximum (as FlashAttention does, arXiv 2205.14135), cut at
 * page edges counted from position 0. What a query computes hangs on its own position and its own
 * pages only, so it gets the same bits whichever queries stand beside it. Four queries share each
 * load of a key or value; where their views differ, at the diagonal and at a window's edge, each
 * goes on alone, so the order of its sums stays that of its tokens.
 */
/// Some queries of one key-value head. Scratch of one thread.
final class AttentionBlock {
  private static final int FOUR = 4;

  private final AttentionShape shape;
  private final MemoryPlan.Place.InPage place;
  private final int valueStride;

  /// `[query / 4][dimension][query % 4]`.
  private final float[] queries;

  /// `[query][token of the page]`, scores and then weights.
  private final float[] scores;

  /// `[query][value dimension]`.
  private final float[] sums;

  private final float[] most;
  private final float[] total;
  private final int[] low;
  private final int[] high;
  private final float[] keyPage;
  private final float[] valuePage;
  private int firstRow;
  private int tokens;
  private int firstHead;
  private int heads;
  private int count;

  AttentionBlock(AttentionShape shape, MemoryPlan.Place.InPage place, int most) {
    this.shape = shape;
    this.place = place;
    int room = (most + FOUR - 1) / FOUR * FOUR;
    valueStride = (shape.valueWidth() + Lanes.ROWS - 1) / Lanes.ROWS * Lanes.ROWS;
    queries = new float[room * shape.keyWidth()];
    scores = new float[room * shape.pageTokens()];
    sums = new float[room * valueStride];
    this.most = new float[room];
    total = new float[room];
    low = new int[room];
    high = new int[room];
    keyPage = new float[shape.keyWidth() * shape.pageTokens()];
    valuePage = new float[valueStride * shape.pageTokens()];
  }

  /// Takes the queries of rows `[row, row + tokens)` and query heads `[head, head + heads)`.
  void begin(float[] query, int row, int tokens, int head, int heads) {
    firstRow = row;
    this.tokens = tokens;
    firstHead = head;
    this.heads = heads;
    count = tokens * heads;
    int room = (count + FOUR - 1) / FOUR * FOUR;
    int width = shape.keyWidth();
    for (int q = 0; q < room; q++) {
      int to = q / FOUR * FOUR * width + q % FOUR;
      int from = ((row + q / heads) * shape.queryHeads() + head + q % heads) * width;
      for (int d = 0; d < width; d++) {
        queries[to + d * FOUR] = q < count ? query[from + d] : 0;
      }
    }
    Arrays.fill(sums, 0, room * valueStride, 0);
    Arrays.fill(most, 0, room, Float.NEGATIVE_INFINITY);
    Arrays.fill(total, 0, room, 0);
  }

  /// Reads every page that the block sees; its first token stands at `position`.
  void read(MemorySegment pool, Span span, int position) {
    int pageTokens = shape.pageTokens();
    int firstPage = oldest(position) / pageTokens;
    int lastPage = (position + tokens - 1) / pageTokens;
    int kvHead = firstHead / shape.queryHeadsPerKv();
    for (int page = firstPage; page <= lastPage; page++) {
      long at = span.memory().page(place.group(), page);
      int seen = look(page * pageTokens, position);
      shape.keys().read(pool, at + place.keysAt(), kvHead, seen, keyPage);
      if (shape.isLatent()) {
        valuesFromKeys(seen);
      } else {
        shape.values().read(pool, at + place.valuesAt(), kvHead, seen, valuePage);
        spread(seen);
      }
      score();
      for (int q = 0; q < count; q++) {
        weigh(q);
      }
      for (int q = 0; q < count; q += FOUR) {
        gather(q);
      }
    }
  }

  /// The oldest position that a query at `position` sees.
  private int oldest(int position) {
    int window = shape.windowTokens();
    return window == 0 ? 0 : Math.max(0, position - window + 1);
  }

  /// Which tokens of the page each query sees; returns how many tokens any of them needs.
  private int look(int pageStart, int position) {
    int pageTokens = shape.pageTokens();
    int seen = 0;
    for (int q = 0; q < (count + FOUR - 1) / FOUR * FOUR; q++) {
      int at = position + q / heads;
      low[q] = Math.max(0, oldest(at) - pageStart);
      high[q] = q < count ? Math.min(pageTokens, at + 1 - pageStart) : 0;
      if (low[q] >= high[q]) {
        low[q] = 0;
        high[q] = 0;
      }
      seen = Math.max(seen, high[q]);
    }
    return seen;
  }

  private void valuesFromKeys(int seen) {
    for (int t = 0; t < seen; t++) {
      for (int d = 0; d < shape.valueWidth(); d++) {
        valuePage[t * valueStride + d] = keyPage[d * shape.pageTokens() + t];
      }
    }
  }

  /// Moves value rows apart where their width is no multiple of sixteen.
  private void spread(int seen) {
    int width = shape.valueWidth();
    if (width != valueStride) {
      for (int t = seen - 1; t >= 0; t--) {
        System.arraycopy(valuePage, t * width, valuePage, t * valueStride, width);
        Arrays.fill(valuePage, t * valueStride + width, (t + 1) * valueStride, 0);
      }
    }
  }

  private void score() {
    int pageTokens = shape.pageTokens();
    int width = shape.keyWidth();
    for (int q = 0; q < count; q += FOUR) {
      int t = 0;
      for (; t + 2 * Lanes.COUNT <= pageTokens; t += 2 * Lanes.COUNT) {
        scoreWide(q * width, t, width, q * pageTokens + t);
      }
      for (; t + Lanes.COUNT <= pageTokens; t += Lanes.COUNT) {
        scoreNarrow(q * width, t, width, q * pageTokens + t);
      }
      for (; t < pageTokens; t++) {
        for (int i = 0; i < FOUR; i++) {
          scores[(q + i) * pageTokens + t] = scoreOne(q * width + i, t, width);
        }
      }
    }
  }

  private float scoreOne(int query, int token, int width) {
    float sum = 0;
    for (int d = 0; d < width; d++) {
      sum = Math.fma(keyPage[d * shape.pageTokens() + token], queries[query + d * FOUR], sum);
    }
    return sum;
  }

  private void scoreNarrow(int query, int token, int width, int to) {
    float[] k = keyPage;
    float[] q = queries;
    int stride = shape.pageTokens();
    FloatVector a0 = FloatVector.zero(Lanes.F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    for (int d = 0; d < width; d++) {
      FloatVector key = FloatVector.fromArray(Lanes.F, k, d * stride + token);
      int at = query + d * FOUR;
      a0 = key.fma(FloatVector.broadcast(Lanes.F, q[at]), a0);
      a1 = key.fma(FloatVector.broadcast(Lanes.F, q[at + 1]), a1);
      a2 = key.fma(FloatVector.broadcast(Lanes.F, q[at + 2]), a2);
      a3 = key.fma(FloatVector.broadcast(Lanes.F, q[at + 3]), a3);
    }
    a0.intoArray(scores, to);
    a1.intoArray(scores, to + stride);
    a2.intoArray(scores, to + 2 * stride);
    a3.intoArray(scores, to + 3 * stride);
  }

  private void scoreWide(int query, int token, int width, int to) {
    float[] k = keyPage;
    float[] q = queries;
    int stride = shape.pageTokens();
    FloatVector a0 = FloatVector.zero(Lanes.F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector b0 = a0;
    FloatVector b1 = a0;
    FloatVector b2 = a0;
    FloatVector b3 = a0;
    for (int d = 0; d < width; d++) {
      FloatVector u = FloatVector.fromArray(Lanes.F, k, d * stride + token);
      FloatVector v = FloatVector.fromArray(Lanes.F, k, d * stride + token + Lanes.COUNT);
      int at = query + d * FOUR;
      FloatVector x = FloatVector.broadcast(Lanes.F, q[at]);
      a0 = u.fma(x, a0);
      b0 = v.fma(x, b0);
      x = FloatVector.broadcast(Lanes.F, q[at + 1]);
      a1 = u.fma(x, a1);
      b1 = v.fma(x, b1);
      x = FloatVector.broadcast(Lanes.F, q[at + 2]);
      a2 = u.fma(x, a2);
      b2 = v.fma(x, b2);
      x = FloatVector.broadcast(Lanes.F, q[at + 3]);
      a3 = u.fma(x, a3);
      b3 = v.fma(x, b3);
    }
    a0.intoArray(scores, to);
    b0.intoArray(scores, to + Lanes.COUNT);
    a1.intoArray(scores, to + stride);
    b1.intoArray(scores, to + stride + Lanes.COUNT);
    a2.intoArray(scores, to + 2 * stride);
    b2.intoArray(scores, to + 2 * stride + Lanes.COUNT);
    a3.intoArray(scores, to + 3 * stride);
    b3.intoArray(scores, to + 3 * stride + Lanes.COUNT);
  }

  /// Turns the scores of one query into weights under the running maximum.
  private void weigh(int q) {
    if (high[q] == 0) {
      return;
    }
    int pageTokens = shape.pageTokens();
    int at = q * pageTokens;
    Arrays.fill(scores, at, at + low[q], Float.NEGATIVE_INFINITY);
    Arrays.fill(scores, at + high[q], at + pageTokens, Float.NEGATIVE_INFINITY);
    for (int t = at; t < at + pageTokens; t++) {
      scores[t] = scores[t] * shape.scale();
    }
    if (shape.softcap() > 0) {
      SoftcapKernel.apply(shape.softcap(), scores, at + low[q], scores, high[q] - low[q]);
    }
    float largest = Math.max(most[q], Lanes.most(scores, at, pageTokens));
    if (largest != most[q]) {
      float factor = Curves.exp(most[q] - largest);
      most[q] = largest;
      total[q] *= factor;
      for (int d = q * valueStride; d < (q + 1) * valueStride; d++) {
        sums[d] *= factor;
      }
    }
    Runs.exp(scores, at, pageTokens, largest);
    total[q] += Lanes.sum(scores, at, pageTokens);
  }

  /// Adds the values of the page, weighted, to the sums of four queries.
  private void gather(int q) {
    int from = Math.max(Math.max(low[q], low[q + 1]), Math.max(low[q + 2], low[q + 3]));
    int to = Math.min(Math.min(high[q], high[q + 1]), Math.min(high[q + 2], high[q + 3]));
    if (from >= to) {
      for (int i = 0; i < FOUR; i++) {
        gatherOne(q + i, low[q + i], high[q + i]);
      }
      return;
    }
    for (int i = 0; i < FOUR; i++) {
      gatherOne(q + i, low[q + i], from);
    }
    for (int d = 0; d < valueStride; d += 2 * Lanes.COUNT) {
      if (d + 2 * Lanes.COUNT <= valueStride) {
        gatherWide(q, d, from, to);
      } else {
        gatherNarrow(q, d, from, to);
      }
    }
    for (int i = 0; i < FOUR; i++) {
      gatherOne(q + i, to, high[q + i]);
    }
  }

  private void gatherOne(int q, int from, int to) {
    int p = q * shape.pageTokens();
    int at = q * valueStride;
    for (int t = from; t < to; t++) {
      float weight = scores[p + t];
      int row = t * valueStride;
      for (int d = 0; d < valueStride; d++) {
        sums[at + d] = Math.fma(weight, valuePage[row + d], sums[at + d]);
      }
    }
  }

  private void gatherNarrow(int query, int d, int from, int to) {
    float[] v = valuePage;
    float[] p = scores;
    int pageTokens = shape.pageTokens();
    int at = query * valueStride + d;
    int stride = valueStride;
    FloatVector a0 = FloatVector.fromArray(Lanes.F, sums, at);
    FloatVector a1 = FloatVector.fromArray(Lanes.F, sums, at + stride);
    FloatVector a2 = FloatVector.fromArray(Lanes.F, sums, at + 2 * stride);
    FloatVector a3 = FloatVector.fromArray(Lanes.F, sums, at + 3 * stride);
    for (int t = from; t < to; t++) {
      FloatVector value = FloatVector.fromArray(Lanes.F, v, t * stride + d);
      int w = query * pageTokens + t;
      a0 = value.fma(FloatVector.broadcast(Lanes.F, p[w]), a0);
      a1 = value.fma(FloatVector.broadcast(Lanes.F, p[w + pageTokens]), a1);
      a2 = value.fma(FloatVector.broadcast(Lanes.F, p[w + 2 * pageTokens]), a2);
      a3 = value.fma(FloatVector.broadcast(Lanes.F, p[w + 3 * pageTokens]), a3);
    }
    a0.intoArray(sums, at);
    a1.intoArray(sums, at + stride);
    a2.intoArray(sums, at + 2 * stride);
    a3.intoArray(sums, at + 3 * stride);
  }

  private void gatherWide(int query, int d, int from, int to) {
    float[] v = valuePage;
    float[] p = scores;
    int pageTokens = shape.pageTokens();
    int stride = valueStride;
    int at = query * stride + d;
    int next = at + Lanes.COUNT;
    FloatVector a0 = FloatVector.fromArray(Lanes.F, sums, at);
    FloatVector a1 = FloatVector.fromArray(Lanes.F, sums, at + stride);
    FloatVector a2 = FloatVector.fromArray(Lanes.F, sums, at + 2 * stride);
    FloatVector a3 = FloatVector.fromArray(Lanes.F, sums, at + 3 * stride);
    FloatVector b0 = FloatVector.fromArray(Lanes.F, sums, next);
    FloatVector b1 = FloatVector.fromArray(Lanes.F, sums, next + stride);
    FloatVector b2 = FloatVector.fromArray(Lanes.F, sums, next + 2 * stride);
    FloatVector b3 = FloatVector.fromArray(Lanes.F, sums, next + 3 * stride);
    for (int t = from; t < to; t++) {
      FloatVector u = FloatVector.fromArray(Lanes.F, v, t * stride + d);
      FloatVector w = FloatVector.fromArray(Lanes.F, v, t * stride + d + Lanes.COUNT);
      int weight = query * pageTokens + t;
      FloatVector x = FloatVector.broadcast(Lanes.F, p[weight]);
      a0 = u.fma(x, a0);
      b0 = w.fma(x, b0);
      x = FloatVector.broadcast(Lanes.F, p[weight + pageTokens]);
      a1 = u.fma(x, a1);
      b1 = w.fma(x, b1);
      x = FloatVector.broadcast(Lanes.F, p[weight + 2 * pageTokens]);
      a2 = u.fma(x, a2);
      b2 = w.fma(x, b2);
      x = FloatVector.broadcast(Lanes.F, p[weight + 3 * pageTokens]);
      a3 = u.fma(x, a3);
      b3 = w.fma(x, b3);
    }
    a0.intoArray(sums, at);
    a1.intoArray(sums, at + stride);
    a2.intoArray(sums, at + 2 * stride);
    a3.intoArray(sums, at + 3 * stride);
    b0.intoArray(sums, next);
    b1.intoArray(sums, next + stride);
    b2.intoArray(sums, next + 2 * stride);
    b3.intoArray(sums, next + 3 * stride);
  }

  /// Divides by the sum of weights and hands the rows out.
  void end(float[] out) {
    int width = shape.valueWidth();
    for (int q = 0; q < count; q++) {
      int head = firstHead + q % heads;
      float factor = 1;
      if (shape.hasSinks()) {
        float largest = Math.max(most[q], shape.sink(head));
        factor = Curves.exp(most[q] - largest);
        total[q] = total[q] * factor + Curves.exp(shape.sink(head) - largest);
      }
      factor = factor / total[q];
      int to = ((firstRow + q / heads) * shape.queryHeads() + head) * width;
      for (int d = 0; d < width; d++) {
        out[to + d] = sums[q * valueStride + d] * factor;
      }
    }
  }
}
