package mneme.device.host.matrix;

import mneme.device.host.machine.Lanes;
import mneme.device.host.machine.Workers;
import org.jspecify.annotations.Nullable;

/// Runs products on all threads: `out[row] = weight · in[row] + bias`.
public final class Product implements Workers.Task {
  private static final int CHUNKS_PER_WORKER = 12;
  private static final int FEW = 8;

  private final Workers workers;
  private final RowDot[] dots;
  private final Panel[] panels;
  private final FourRows[] fours;
  private @Nullable Packed weight;
  private @Nullable Inputs in;
  private Target target = new Target(new float[0], new int[0], null, 0);
  private int firstTile;
  private int unit;

  public Product(Workers workers) {
    this.workers = workers;
    dots = new RowDot[workers.count()];
    panels = new Panel[workers.count()];
    fours = new FourRows[workers.count()];
    for (int i = 0; i < dots.length; i++) {
      dots[i] = new RowDot();
      panels[i] = new Panel();
      fours[i] = new FourRows();
    }
  }

  /// Where results go.
  ///
  /// @param starts where the result of each input row begins in `out`
  /// @param bias numbers to add, from `biasAt` on, or null
  @SuppressWarnings("ArrayRecordComponent") // made once a step and never compared
  public record Target(float[] out, int[] starts, float @Nullable [] bias, int biasAt) {}

  /// Multiplies matrix `matrix` of `by`'s stack with the rows of `inputs`.
  public void run(Packed by, int matrix, Inputs inputs, Target to) {
    if (inputs.rows() == 0) {
      return;
    }
    weight = by;
    in = inputs;
    target = to;
    firstTile = matrix * by.tiles();
    int smallest = inputs.lanes() == 1 ? RowDot.TILES : 2;
    int fair = by.tiles() / (workers.count() * CHUNKS_PER_WORKER);
    unit = Math.max(1, fair / smallest) * smallest;
    workers.run(this, (by.tiles() + unit - 1) / unit);
  }

  @Override
  public void chunk(int chunk, int worker) {
    Packed by = weight;
    Inputs inputs = in;
    if (by == null || inputs == null) {
      throw new IllegalStateException("no product is running");
    }
    int from = chunk * unit;
    int to = Math.min(by.tiles(), from + unit);
    if (isFew(by, inputs)) {
      few(by, inputs, from, to, fours[worker]);
    } else if (inputs.lanes() == 1) {
      for (int tile = from; tile < to; tile += RowDot.TILES) {
        int count = Math.min(RowDot.TILES, to - tile);
        for (int row = 0; row < inputs.rows(); row++) {
          float[] sums = dots[worker].dot(by, firstTile + tile, count, inputs, row);
          put(sums, 0, target.starts[row], tile * Lanes.ROWS, count * Lanes.ROWS);
        }
      }
    } else {
      for (int tile = from; tile < to; tile += 2) {
        int count = Math.min(2, to - tile);
        float[] sums = panels[worker].multiply(by, firstTile + tile, count, inputs);
        for (int row = 0; row < inputs.rows(); row++) {
          put(sums, row * Panel.WIDTH, target.starts[row], tile * Lanes.ROWS, count * Lanes.ROWS);
        }
      }
    }
  }

  /// Whether rows go four by four: more than one, and so few that taking a tile apart for each four
  /// costs less than keeping it in pieces.
  private static boolean isFew(Packed by, Inputs inputs) {
    return inputs.rows() > 1
        && inputs.rows() <= FEW
        && by.layout().numbers() == Layout.Numbers.BYTES;
  }

  private void few(Packed by, Inputs inputs, int from, int to, FourRows four) {
    for (int tile = from; tile < to; tile += FourRows.TILES) {
      int count = Math.min(FourRows.TILES, to - tile);
      four.open(by, firstTile + tile, count);
      for (int row = 0; row < inputs.rows(); row += FourRows.COUNT) {
        float[] sums = four.multiply(by, firstTile + tile, count, inputs, row);
        int rows = Math.min(FourRows.COUNT, inputs.rows() - row);
        for (int i = 0; i < rows; i++) {
          int at = i * FourRows.TILES * Lanes.ROWS;
          put(sums, at, target.starts[row + i], tile * Lanes.ROWS, count * Lanes.ROWS);
        }
      }
    }
  }

  private void put(float[] sums, int at, int start, int row, int count) {
    int real = Math.min(count, (weight == null ? 0 : weight.rows()) - row);
    System.arraycopy(sums, at, target.out, start + row, real);
    float[] bias = target.bias;
    if (bias != null) {
      for (int i = 0; i < real; i++) {
        target.out[start + row + i] += bias[target.biasAt + row + i];
      }
    }
  }
}
