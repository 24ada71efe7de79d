package mneme.format;

/// How the elements of a tensor lie in bytes. A block format stores [#blockElements] numbers in
/// [#blockBytes] bytes; a plain type has blocks of one. Source: ggml's type table (GGUF v3).
public enum Encoding {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  IQ4_NL(20, 32, 18),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  BF16(30, 1, 2),
  MXFP4(39, 32, 17);

  private final int ggufId;
  private final int blockElements;
  private final int blockBytes;

  Encoding(int ggufId, int blockElements, int blockBytes) {
    this.ggufId = ggufId;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
  }

  /// The number that stands for this encoding in a GGUF tensor entry.
  public int ggufId() {
    return ggufId;
  }

  public int blockElements() {
    return blockElements;
  }

  public int blockBytes() {
    return blockBytes;
  }

  public boolean isQuantized() {
    return blockElements > 1;
  }

  /// Bytes of `elements` numbers; whole blocks only.
  ///
  /// @throws IllegalArgumentException if `elements` is no multiple of the block
  /// @throws ArithmeticException if the bytes do not fit a long
  public long bytes(long elements) {
    if (elements < 0 || elements % blockElements != 0) {
      throw new IllegalArgumentException(
          elements + " elements are no whole number of " + name() + " blocks of " + blockElements);
    }
    return Math.multiplyExact(elements / blockElements, (long) blockBytes);
  }
}
