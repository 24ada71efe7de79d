package mneme.device.host.matrix;

import java.util.Arrays;
import java.util.List;
import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Workers;

/// Rows of activations made ready for a product: rounded to 8 bits in blocks of 32 columns, or left
/// as they are, and in the order in which the kernel reads them. Eight rows are interleaved column
/// by column (row r, column c at `(r / 8 * columns + c) * 8 + r % 8`); a single row stands alone.
public final class Inputs implements Workers.Task {
  /// Rows that are interleaved.
  public static final int GROUP = 8;

  /// Rows up to which each goes alone: so few cost less one by one, while a tile stays in the
  /// cache, than as a group that is mostly empty.
  private static final int APART = 4;

  /// Adding and taking off 1.5 * 2^23 rounds to the nearest integer, half to even.
  private static final float ROUNDER = 12582912f;

  private float[] values = new float[0];
  private float[] scales = new float[0];
  private float[] sums = new float[0];
  private float[] source = new float[0];
  private int[] offsets = new int[0];
  private int rows;
  private int width;
  private int columns;
  private int lanes;
  private boolean rounds;
  private int sumColumns;

  /// What to make of the rows.
  ///
  /// @param width numbers a row really has
  /// @param columns padded width, whole blocks
  /// @param rounds whether to round to 8 bits
  /// @param sumColumns columns of which sums are wanted (16 or 32), or 0
  public record Form(int width, int columns, boolean rounds, int sumColumns) {
    /// The form that products with `weight` read.
    public static Form of(Packed weight, int width, boolean rounds) {
      Layout.Scales scales = weight.layout().scales();
      boolean quantized = scales != Layout.Scales.NONE;
      return new Form(
          width, weight.columns(), rounds && quantized, scales.hasLeast() ? scales.columns() : 0);
    }

    /// Length of the array of values for `count` rows.
    int values(int count) {
      return padded(count) * columns;
    }

    int scales(int count) {
      return padded(count) * (columns / Layout.BLOCK);
    }

    int sums(int count) {
      return sumColumns == 0 ? 0 : padded(count) * (columns / sumColumns);
    }

    private static int padded(int count) {
      return (count + lanes(count) - 1) / lanes(count) * lanes(count);
    }
  }

  /// Takes `count` rows of `from`; row i starts at `starts[i]`.
  public void fill(float[] from, int[] starts, int count, Form form, Workers workers) {
    source = from;
    offsets = starts;
    rows = count;
    width = form.width;
    columns = form.columns;
    rounds = form.rounds;
    sumColumns = form.sumColumns;
    lanes = lanes(count);
    values = grown(values, form.values(count));
    scales = grown(scales, form.scales(count));
    sums = grown(sums, form.sums(count));
    workers.run(this, (count + lanes - 1) / lanes);
  }

  private static int lanes(int count) {
    return count <= APART ? 1 : GROUP;
  }

  /// Bytes of scratch that are held once each form was filled with its number of rows.
  public static long bytes(List<Form> forms, List<Integer> counts) {
    long values = 0;
    long scales = 0;
    long sums = 0;
    for (int i = 0; i < forms.size(); i++) {
      values = Math.max(values, forms.get(i).values(counts.get(i)));
      scales = Math.max(scales, forms.get(i).scales(counts.get(i)));
      sums = Math.max(sums, forms.get(i).sums(counts.get(i)));
    }
    return 4 * (values + scales + sums);
  }

  private static float[] grown(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }

  @Override
  public void chunk(int group, int worker) {
    for (int lane = 0; lane < lanes; lane++) {
      int row = group * lanes + lane;
      for (int c = 0; c < columns; c += Layout.BLOCK) {
        if (row < rows) {
          block(offsets[row], group, lane, c);
        } else {
          empty(group, lane, c);
        }
      }
    }
  }

  private void block(int from, int group, int lane, int column) {
    int count = Math.min(Layout.BLOCK, width - column);
    float largest = rounds ? Lanes.largest(source, from + column, count) : 0;
    float scale = rounds ? largest / 127 : 1;
    float inverse = largest > 1e-36f ? 127 / largest : 0;
    int at = (group * columns + column) * lanes + lane;
    for (int i = 0; i < count; i++) {
      float x = source[from + column + i];
      values[at + i * lanes] = rounds ? x * inverse + ROUNDER - ROUNDER : x;
    }
    for (int i = count; i < Layout.BLOCK; i++) {
      values[at + i * lanes] = 0;
    }
    scales[(group * (columns / Layout.BLOCK) + column / Layout.BLOCK) * lanes + lane] = scale;
    for (int part = 0; sumColumns > 0 && part < Layout.BLOCK; part += sumColumns) {
      float sum = 0;
      for (int i = part; i < part + sumColumns; i++) {
        sum += values[at + i * lanes];
      }
      sums[(group * (columns / sumColumns) + (column + part) / sumColumns) * lanes + lane] =
          sum * scale;
    }
  }

  private void empty(int group, int lane, int column) {
    int at = (group * columns + column) * lanes + lane;
    for (int i = 0; i < Layout.BLOCK; i++) {
      values[at + i * lanes] = 0;
    }
    scales[(group * (columns / Layout.BLOCK) + column / Layout.BLOCK) * lanes + lane] = 0;
    for (int part = 0; sumColumns > 0 && part < Layout.BLOCK; part += sumColumns) {
      sums[(group * (columns / sumColumns) + (column + part) / sumColumns) * lanes + lane] = 0;
    }
  }

  public int rows() {
    return rows;
  }

  /// Rows that are interleaved: 1 or [#GROUP].
  int lanes() {
    return lanes;
  }

  /// Where row `row` begins in an array that has `length` numbers a row; they are [#lanes] apart.
  int at(int row, int length) {
    return row / lanes * length * lanes + row % lanes;
  }

  float[] values() {
    return values;
  }

  /// What a rounded block is to be multiplied by; ones if nothing was rounded.
  float[] scales() {
    return scales;
  }

  float[] sums() {
    return sums;
  }

  /// Bytes of scratch held.
  public long bytes() {
    return 4L * (values.length + scales.length + sums.length);
  }

  /// Frees the scratch of the largest step so far.
  public void trim() {
    values = Arrays.copyOf(values, 0);
    scales = Arrays.copyOf(scales, 0);
    sums = Arrays.copyOf(sums, 0);
  }
}
