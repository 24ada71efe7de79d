package mneme.text;

import java.util.Arrays;

/// The tokens of one row, best first, sorted only as far as somebody looks. Equal logits rank by
/// id, lowest first.
///
/// A token is a 64-bit key whose natural order is the rank: the logit's bits, turned so that larger
/// logits are smaller keys, above the id.
final class Ranking {
  private static final int FIRST = 64;
  private static final int GROWTH = 8;

  private final long[] keys;
  private float[] logits = new float[0];
  private int offset;
  private int size;
  private int sorted;

  /// @param vocabulary most tokens a row can have
  Ranking(int vocabulary) {
    this.keys = new long[vocabulary];
  }

  /// Ranks `logits[offset, offset + size)`, which must not change while the ranking is used.
  void reset(float[] logits, int offset, int size) {
    this.logits = logits;
    this.offset = offset;
    this.size = size;
    this.sorted = 0;
  }

  int size() {
    return size;
  }

  /// Keeps the best `count` tokens only.
  void keep(int count) {
    if (count < size) {
      sortTo(count);
      size = count;
      sorted = count;
    }
  }

  /// Keeps those of the `size` sorted tokens whose flag is set, still best first.
  void keep(boolean[] wanted) {
    sortTo(size);
    int kept = 0;
    for (int rank = 0; rank < size; rank++) {
      if (wanted[rank]) {
        keys[kept++] = keys[rank];
      }
    }
    size = kept;
    sorted = kept;
  }

  int id(int rank) {
    return (int) key(rank);
  }

  float logit(int rank) {
    return logits[offset + id(rank)];
  }

  private long key(int rank) {
    if (rank >= sorted) {
      sortTo(Math.min(size, Math.max(FIRST, (rank + 1) * GROWTH)));
    }
    return keys[rank];
  }

  /// Logits in any order: of the ranks if all are sorted, else of the row.
  float anyLogit(int index) {
    return sorted == size ? logit(index) : logits[offset + index];
  }

  private void sortTo(int count) {
    if (count <= sorted) {
      return;
    }
    if (count > size / GROWTH) {
      for (int id = 0; id < size; id++) {
        keys[id] = keyOf(id);
      }
      Arrays.sort(keys, 0, size);
      sorted = size;
    } else {
      select(count);
      Arrays.sort(keys, 0, count);
      sorted = count;
    }
  }

  /// Brings the `count` smallest keys to the front: a heap of the best so far, worst on top.
  private void select(int count) {
    for (int id = 0; id < count; id++) {
      keys[id] = keyOf(id);
    }
    for (int i = count / 2 - 1; i >= 0; i--) {
      sink(i, count);
    }
    float worst = logits[offset + (int) keys[0]];
    for (int id = count; id < size; id++) {
      if (logits[offset + id] > worst) {
        keys[0] = keyOf(id);
        sink(0, count);
        worst = logits[offset + (int) keys[0]];
      }
    }
  }

  private void sink(int from, int count) {
    long key = keys[from];
    int hole = from;
    for (int child = 2 * hole + 1; child < count; child = 2 * hole + 1) {
      if (child + 1 < count && keys[child + 1] > keys[child]) {
        child++;
      }
      if (keys[child] <= key) {
        break;
      }
      keys[hole] = keys[child];
      hole = child;
    }
    keys[hole] = key;
  }

  private long keyOf(int id) {
    int bits = Float.floatToIntBits(logits[offset + id] + 0f);
    int ascending = bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE;
    return (long) ~(ascending ^ Integer.MIN_VALUE) << 32 | id;
  }
}
