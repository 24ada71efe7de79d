package mneme.text;

import java.util.Arrays;

/// Joins neighbouring symbols of a word, the best pair first and the leftmost of equals, until no
/// pair can be joined. n symbols take O(n log n).
final class PairMerger {
  private static final int GONE = -1;

  private final Pairs pairs;
  private final int[] symbols;
  private final int[] previous;
  private final int[] next;
  private long[] heap;
  private int heapSize;

  /// Which symbols join.
  @FunctionalInterface
  interface Pairs {
    /// Says that a pair does not join.
    long NEVER = -1;

    /// `rank << 32 | joined symbol`, the smaller rank first, or [#NEVER].
    long find(int left, int right);
  }

  private PairMerger(Pairs pairs, int[] symbols) {
    this.pairs = pairs;
    this.symbols = symbols;
    this.previous = new int[symbols.length];
    this.next = new int[symbols.length];
    this.heap = new long[Math.max(16, symbols.length)];
  }

  /// The symbols that are left; `symbols` is used up.
  static int[] merge(int[] symbols, Pairs pairs) {
    return symbols.length < 2 ? symbols : new PairMerger(pairs, symbols).run();
  }

  private int[] run() {
    for (int i = 0; i < symbols.length; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < symbols.length ? i + 1 : GONE;
    }
    for (int i = 0; i + 1 < symbols.length; i++) {
      offer(i);
    }
    while (heapSize > 0) {
      long best = poll();
      int left = (int) best;
      int right = next[left];
      if (symbols[left] == GONE || right == GONE) {
        continue;
      }
      long joined = pairs.find(symbols[left], symbols[right]);
      if (joined != Pairs.NEVER && joined >>> 32 == best >>> 32) {
        join(left, right, (int) joined);
      }
    }
    return Arrays.stream(symbols).filter(symbol -> symbol != GONE).toArray();
  }

  private void join(int left, int right, int symbol) {
    symbols[left] = symbol;
    symbols[right] = GONE;
    next[left] = next[right];
    if (next[left] != GONE) {
      previous[next[left]] = left;
      offer(left);
    }
    if (previous[left] != GONE) {
      offer(previous[left]);
    }
  }

  private void offer(int left) {
    long joined = pairs.find(symbols[left], symbols[next[left]]);
    if (joined == Pairs.NEVER) {
      return;
    }
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, heapSize * 2);
    }
    long entry = joined & 0xffffffff00000000L | left;
    int at = heapSize++;
    while (at > 0 && heap[(at - 1) / 2] > entry) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = entry;
  }

  private long poll() {
    long best = heap[0];
    long last = heap[--heapSize];
    int at = 0;
    while (2 * at + 1 < heapSize) {
      int child = 2 * at + 1;
      if (child + 1 < heapSize && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= last) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return best;
  }
}
