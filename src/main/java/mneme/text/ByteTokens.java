package mneme.text;

/// The tokens `<0xNN>` that stand for single bytes, where a vocabulary has them.
final class ByteTokens {
  private final int[] ids = new int[256];

  ByteTokens(Vocabulary vocabulary) {
    for (int b = 0; b < 256; b++) {
      ids[b] = vocabulary.byteId((byte) b);
    }
  }

  /// Adds the tokens of the bytes of a character; false, and nothing added, if one is missing.
  boolean add(int codePoint, IdList to) {
    byte[] bytes = Utf8.encode(codePoint);
    for (byte b : bytes) {
      if (ids[b & 0xff] < 0) {
        return false;
      }
    }
    for (byte b : bytes) {
      to.add(ids[b & 0xff]);
    }
    return true;
  }
}
