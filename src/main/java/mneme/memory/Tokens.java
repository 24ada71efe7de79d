package mneme.memory;

import java.util.Arrays;
import java.util.Objects;

/// An immutable run of token ids, ordered like words in a dictionary.
public final class Tokens implements Comparable<Tokens> {
  private static final Tokens EMPTY = new Tokens(new int[0], 0, 0);

  private final int[] ids;
  private final int from;
  private final int length;

  private Tokens(int[] ids, int from, int length) {
    this.ids = ids;
    this.from = from;
    this.length = length;
  }

  public static Tokens of(int... ids) {
    return ids.length == 0 ? EMPTY : new Tokens(ids.clone(), 0, ids.length);
  }

  public int length() {
    return length;
  }

  public boolean isEmpty() {
    return length == 0;
  }

  public int at(int index) {
    return ids[from + Objects.checkIndex(index, length)];
  }

  /// Tokens `[start, end)`; shares the ids.
  public Tokens slice(int start, int end) {
    Objects.checkFromToIndex(start, end, length);
    return new Tokens(ids, from + start, end - start);
  }

  public Tokens plus(Tokens more) {
    int[] joined = Arrays.copyOf(toArray(), length + more.length);
    System.arraycopy(more.ids, more.from, joined, length, more.length);
    return new Tokens(joined, 0, joined.length);
  }

  /// How many leading tokens the two have in common.
  public int commonPrefix(Tokens other) {
    int mismatch =
        Arrays.mismatch(ids, from, from + length, other.ids, other.from, other.from + other.length);
    return mismatch < 0 ? length : mismatch;
  }

  public boolean startsWith(Tokens other) {
    return length >= other.length && commonPrefix(other) == other.length;
  }

  @Override
  public int compareTo(Tokens other) {
    return Arrays.compare(
        ids, from, from + length, other.ids, other.from, other.from + other.length);
  }

  /// The same run with an array of its own, so that it does not keep a larger one alive.
  public Tokens compact() {
    return length == ids.length ? this : new Tokens(toArray(), 0, length);
  }

  public int[] toArray() {
    return Arrays.copyOfRange(ids, from, from + length);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tokens tokens
        && length == tokens.length
        && commonPrefix(tokens) == length;
  }

  @Override
  public int hashCode() {
    int hash = 1;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + ids[from + i];
    }
    return hash;
  }

  @Override
  public String toString() {
    return Arrays.toString(toArray());
  }
}
