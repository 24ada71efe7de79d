package mneme.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads little-endian values one after another and never past the end: every length is compared
/// with what is left before anything is allocated for it.
final class ByteCursor {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment file;
  private long offset;

  ByteCursor(MemorySegment file) {
    this.file = file;
  }

  long offset() {
    return offset;
  }

  long remaining() {
    return file.byteSize() - offset;
  }

  byte u8(String what) {
    return file.get(ValueLayout.JAVA_BYTE, take(1, what));
  }

  short u16(String what) {
    return file.get(SHORT, take(2, what));
  }

  int u32(String what) {
    return file.get(INT, take(4, what));
  }

  long u64(String what) {
    return file.get(LONG, take(8, what));
  }

  /// A string: its length as u64, then UTF-8. Bytes that are no UTF-8 become U+FFFD.
  ///
  /// @param beyondLimit the fault of a string that is all there but longer than `limitBytes`
  String text(String what, long limitBytes, Fault beyondLimit) {
    long start = offset;
    long length = u64("length of " + what);
    if (length < 0 || length > remaining()) {
      throw new MalformedFileException(
          Fault.STRING_TOO_LONG,
          start,
          what + " of " + Long.toUnsignedString(length) + " bytes, " + remaining() + " are left");
    }
    if (length > limitBytes) {
      throw new MalformedFileException(
          beyondLimit, start, what + " of " + length + " bytes, at most " + limitBytes);
    }
    return length == 0 ? "" : new String(bytes(length, what), StandardCharsets.UTF_8);
  }

  byte[] bytes(long count, String what) {
    return file.asSlice(take(count, what), count).toArray(ValueLayout.JAVA_BYTE);
  }

  private long take(long bytes, String what) {
    if (bytes > remaining()) {
      throw new MalformedFileException(
          Fault.TRUNCATED,
          offset,
          what + " needs " + bytes + " bytes, the file ends after " + remaining());
    }
    long start = offset;
    offset += bytes;
    return start;
  }
}
