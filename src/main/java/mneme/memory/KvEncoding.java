package mneme.memory;

import mneme.format.Encoding;

/// How keys and values lie in pages, chosen apart. A row is one head of one token. `Q8_0` rows are
/// INT8 with one f16 scale for each 32 numbers (the last block may be short).
public record KvEncoding(Encoding keys, Encoding values) {
  public KvEncoding {
    rowBytes(keys, 1);
    rowBytes(values, 1);
  }

  public static KvEncoding both(Encoding encoding) {
    return new KvEncoding(encoding, encoding);
  }

  /// Bytes of one row of `width` numbers.
  ///
  /// @throws IllegalArgumentException if KV cannot be kept in that encoding
  public static int rowBytes(Encoding encoding, int width) {
    return switch (encoding) {
      case F32 -> 4 * width;
      case F16, BF16 -> 2 * width;
      case Q8_0 -> width + 2 * ((width + 31) / 32);
      default ->
          throw new IllegalArgumentException(
              "keys and values are kept in F32, F16, BF16 or Q8_0, not in " + encoding);
    };
  }
}
