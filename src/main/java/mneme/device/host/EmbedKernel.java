package mneme.device.host;

import mneme.format.Decoder;
import mneme.format.Tensor;
import mneme.graph.Op;
import mneme.graph.Value;

/// Reads rows of the table from the mapped file, so a table that is no output matrix takes no
/// memory.
final class EmbedKernel implements Kernel {
  private final Tensor table;
  private final Value out;
  private final float[] row;
  private final byte[] bytes;

  EmbedKernel(Op.Embed op, Setting setting) {
    table = op.table();
    out = op.out();
    row = new float[out.width()];
    bytes = new byte[Math.toIntExact(table.encoding().bytes(table.columns()))];
  }

  @Override
  public void run(Step step) {
    float[] to = step.of(out);
    int rows = table.rows();
    for (int r = 0; r < step.rows(); r++) {
      int token = step.token(r);
      if (token < 0 || token >= rows) {
        throw new IllegalArgumentException(
            "token " + token + " is none of the " + rows + " in '" + table.name() + "'");
      }
      Decoder.row(table, token, bytes, row);
      System.arraycopy(row, 0, to, r * out.width(), out.width());
    }
  }
}
