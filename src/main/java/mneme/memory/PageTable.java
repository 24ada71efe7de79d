package mneme.memory;

import java.util.Arrays;

/// The pages of one KV group that one lease holds: an unbroken run of page indices. Pages join at
/// the end and leave at the start (window) or the end (rewind). Views share its address array:
/// appending never disturbs them, every other change works on a copy.
final class PageTable {
  private Block[] blocks = new Block[4];
  private long[] at = new long[4];

  /// Page index that element 0 of the arrays stands for.
  private int base;

  private int first;
  private int end;
  private boolean isShared;

  int first() {
    return first;
  }

  int end() {
    return end;
  }

  int size() {
    return end - first;
  }

  Block block(int index) {
    return blocks[index - base];
  }

  /// Moves the empty table to `index`, where the first page will stand.
  void startAt(int index) {
    if (size() > 0) {
      throw new LedgerException("page table of " + size() + " pages cannot start elsewhere");
    }
    base = index;
    first = index;
    end = index;
    blocks = new Block[4];
    at = new long[4];
    isShared = false;
  }

  void append(Block block) {
    if (end - base == blocks.length) {
      enlarge();
    }
    blocks[end - base] = block;
    at[end - base] = block.at();
    end++;
  }

  private void enlarge() {
    int capacity = Math.max(4, 2 * size());
    Block[] moved = new Block[capacity];
    long[] movedAt = new long[capacity];
    System.arraycopy(blocks, first - base, moved, 0, size());
    System.arraycopy(at, first - base, movedAt, 0, size());
    blocks = moved;
    at = movedAt;
    base = first;
    isShared = false;
  }

  void replace(int index, Block block) {
    own();
    blocks[index - base] = block;
    at[index - base] = block.at();
  }

  Block removeFirst() {
    return blocks[first++ - base];
  }

  Block removeLast() {
    own();
    return blocks[--end - base];
  }

  /// Takes over new addresses after objects were moved.
  void refresh() {
    for (int i = first; i < end; i++) {
      long now = blocks[i - base].at();
      if (at[i - base] != now) {
        own();
        at[i - base] = now;
      }
    }
  }

  private void own() {
    if (isShared) {
      at = Arrays.copyOf(at, at.length);
      isShared = false;
    }
  }

  View view() {
    isShared = true;
    return new View(at, base, first, end);
  }

  /// What the table said when it was taken.
  static final class View {
    private final long[] at;
    private final int base;
    private final int first;
    private final int end;

    private View(long[] at, int base, int first, int end) {
      this.at = at;
      this.base = base;
      this.first = first;
      this.end = end;
    }

    long page(int index) {
      if (index < first || index >= end) {
        throw new IndexOutOfBoundsException(
            "page %d is not leased; pages %d to %d are".formatted(index, first, end - 1));
      }
      return at[index - base];
    }
  }
}
