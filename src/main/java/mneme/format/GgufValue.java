package mneme.format;

import java.util.ArrayList;
import java.util.List;

/// The value types of GGUF keys, in the order of their numbers.
enum GgufValue {
  U8(1),
  I8(1),
  U16(2),
  I16(2),
  U32(4),
  I32(4),
  F32(4),
  BOOL(1),
  STRING(8),
  ARRAY(12),
  U64(8),
  I64(8),
  F64(8);

  private static final long MAX_STRING_BYTES = 16L << 20;
  private static final long MAX_ARRAY_ELEMENTS = 16L << 20;
  private static final GgufValue[] BY_NUMBER = values();

  private final int leastBytes;

  GgufValue(int leastBytes) {
    this.leastBytes = leastBytes;
  }

  static GgufValue readType(ByteCursor in, String what) {
    long start = in.offset();
    int number = in.u32("type of " + what);
    if (number < 0 || number >= BY_NUMBER.length) {
      throw new MalformedFileException(
          Fault.BAD_VALUE_TYPE,
          start,
          what + " has value type " + Integer.toUnsignedString(number) + ", known are 0 to 12");
    }
    return BY_NUMBER[number];
  }

  Object read(ByteCursor in, String what) {
    return switch (this) {
      case U8 -> (long) (in.u8(what) & 0xff);
      case I8 -> (long) in.u8(what);
      case U16 -> (long) (in.u16(what) & 0xffff);
      case I16 -> (long) in.u16(what);
      case U32 -> in.u32(what) & 0xffffffffL;
      case I32 -> (long) in.u32(what);
      case F32 -> (double) Float.intBitsToFloat(in.u32(what));
      case BOOL -> bool(in, what);
      case STRING -> in.text(what, MAX_STRING_BYTES, Fault.STRING_TOO_LONG);
      case ARRAY -> array(in, what);
      case U64 -> unsigned(in, what);
      case I64 -> in.u64(what);
      case F64 -> Double.longBitsToDouble(in.u64(what));
    };
  }

  private static List<?> array(ByteCursor in, String what) {
    GgufValue type = readType(in, "elements of " + what);
    long start = in.offset();
    if (type == ARRAY) {
      throw new MalformedFileException(Fault.NESTED_ARRAY, start, what + " is an array of arrays");
    }
    long count = in.u64("length of " + what);
    if (count < 0 || count > MAX_ARRAY_ELEMENTS || count * type.leastBytes > in.remaining()) {
      throw new MalformedFileException(
          Fault.ARRAY_TOO_LONG,
          start,
          what
              + " claims "
              + Long.toUnsignedString(count)
              + " elements of at least "
              + type.leastBytes
              + " bytes; "
              + in.remaining()
              + " bytes are left and at most "
              + MAX_ARRAY_ELEMENTS
              + " elements are allowed");
    }
    if (type != STRING && type != U64 && type != BOOL) {
      return new PackedNumbers(type, in.bytes(count * type.leastBytes, what));
    }
    List<Object> values = new ArrayList<>((int) count);
    for (int i = 0; i < count; i++) {
      values.add(type.read(in, what));
    }
    return values;
  }

  private static boolean bool(ByteCursor in, String what) {
    long start = in.offset();
    byte value = in.u8(what);
    if (value != 0 && value != 1) {
      throw new MalformedFileException(
          Fault.BAD_BOOL, start, what + " is " + (value & 0xff) + ", a flag is 0 or 1");
    }
    return value == 1;
  }

  private static long unsigned(ByteCursor in, String what) {
    long start = in.offset();
    long value = in.u64(what);
    if (value < 0) {
      throw new MalformedFileException(
          Fault.BAD_NUMBER,
          start,
          what + " is " + Long.toUnsignedString(value) + ", beyond " + Long.MAX_VALUE);
    }
    return value;
  }

  int bytes() {
    return leastBytes;
  }
}
