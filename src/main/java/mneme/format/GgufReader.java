package mneme.format;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Reads the header of a GGUF file and checks that every tensor lies where the format says.
final class GgufReader {
  private static final int MAGIC = 0x46554747;
  private static final int MAX_TENSORS = 65_536;
  private static final int MAX_KEYS = 4_096;
  private static final int MAX_KEY_BYTES = 65_535;
  private static final int MAX_NAME_BYTES = 63;
  private static final int MAX_DIMS = 4;
  private static final long MAX_KEYS_END = 512L << 20;
  private static final int LEAST_KEY_BYTES = 8 + 1 + 4 + 1;
  private static final int LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
  private static final String ALIGNMENT = "general.alignment";
  private static final String ARCHITECTURE = "general.architecture";
  private static final Map<Integer, Encoding> ENCODINGS =
      Arrays.stream(Encoding.values())
          .collect(Collectors.toUnmodifiableMap(Encoding::ggufId, Function.identity()));

  private final MemorySegment file;
  private final ByteCursor in;
  private final Map<String, Object> keys = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private long alignment = 32;

  /// @param tensors in the order of the file
  record Contents(Metadata metadata, Map<String, Tensor> tensors) {}

  private record Entry(String name, Encoding encoding, long[] dims, long bytes, long offset) {}

  GgufReader(MemorySegment file) {
    this.file = file;
    this.in = new ByteCursor(file);
  }

  Contents read() {
    readMagic();
    readVersion();
    int tensorCount = count("tensors", MAX_TENSORS);
    int keyCount = count("keys", MAX_KEYS);
    fits(
        "header",
        (long) tensorCount * LEAST_TENSOR_BYTES + (long) keyCount * LEAST_KEY_BYTES,
        tensorCount + " tensors and " + keyCount + " keys");
    for (int i = 0; i < keyCount; i++) {
      readKey();
    }
    checkArchitecture();
    Entry[] entries = new Entry[tensorCount];
    for (int i = 0; i < tensorCount; i++) {
      entries[i] = readEntry();
    }
    place(entries);
    return new Contents(new Metadata(keys), tensors);
  }

  private void readMagic() {
    int magic = in.u32("magic");
    if (magic == MAGIC) {
      return;
    }
    String hint =
        switch (magic) {
          case 0x67676d6c, 0x67676d66, 0x67676a74 -> " (a GGML file of before GGUF: convert it)";
          case 0x47475546 -> " (bytes reversed)";
          default -> "";
        };
    throw new MalformedFileException(
        Fault.BAD_MAGIC, 0, "magic is 0x" + Integer.toHexString(magic) + ", no GGUF file" + hint);
  }

  private void readVersion() {
    int version = in.u32("version");
    if (version == 2 || version == 3) {
      return;
    }
    if ((version & 0xffff) == 0 && version != 0) {
      throw new MalformedFileException(
          Fault.WRONG_ENDIAN,
          4,
          "version "
              + Integer.toUnsignedString(version)
              + " is "
              + Integer.reverseBytes(version)
              + " in reversed bytes: a big-endian file");
    }
    throw new MalformedFileException(
        Fault.BAD_VERSION,
        4,
        "version " + Integer.toUnsignedString(version) + "; versions 2 and 3 can be read");
  }

  private int count(String what, int limit) {
    long start = in.offset();
    long count = in.u64("number of " + what);
    if (count < 0 || count > limit) {
      throw new MalformedFileException(
          Fault.COUNT_OUT_OF_RANGE,
          start,
          Long.toUnsignedString(count) + " " + what + ", at most " + limit + " are allowed");
    }
    return (int) count;
  }

  private void fits(String what, long bytes, String claim) {
    if (bytes > in.remaining()) {
      throw new MalformedFileException(
          Fault.TRUNCATED,
          in.offset(),
          what + " of " + claim + " takes " + bytes + " bytes, " + in.remaining() + " are left");
    }
  }

  private void readKey() {
    long start = in.offset();
    String key = in.text("key", MAX_KEY_BYTES, Fault.BAD_KEY);
    if (!isPlain(key)) {
      throw new MalformedFileException(
          Fault.BAD_KEY, start, "key " + quote(key) + " is empty or not printable UTF-8");
    }
    GgufValue type = GgufValue.readType(in, "key " + quote(key));
    if (key.equals(ALIGNMENT) && type != GgufValue.U32) {
      throw wrongType(start, key, type + ", wanted U32");
    }
    Object value = type.read(in, "key " + quote(key));
    if (keys.putIfAbsent(key, value) != null) {
      throw new MalformedFileException(
          Fault.DUPLICATE_KEY, start, "key " + quote(key) + " appears twice");
    }
    if (in.offset() > MAX_KEYS_END) {
      throw new MalformedFileException(
          Fault.COUNT_OUT_OF_RANGE, start, "keys take more than " + MAX_KEYS_END + " bytes");
    }
    if (key.equals(ALIGNMENT)) {
      align(start, (Long) value);
    }
  }

  private void align(long start, long value) {
    if (Long.bitCount(value) != 1 || value < 8 || value > 65_536) {
      throw new MalformedFileException(
          Fault.BAD_ALIGNMENT,
          start,
          "alignment " + value + " is no power of two between 8 and 65536");
    }
    alignment = value;
  }

  private void checkArchitecture() {
    Object value = keys.get(ARCHITECTURE);
    boolean isLaterPart = keys.get(SplitGguf.NUMBER) instanceof Long number && number > 0;
    if (value == null && isLaterPart) {
      return;
    }
    if (value == null) {
      throw new MalformedFileException(
          Fault.MISSING_KEY, in.offset(), "key '" + ARCHITECTURE + "' is missing");
    }
    if (!(value instanceof String)) {
      throw wrongType(in.offset(), ARCHITECTURE, "no string");
    }
  }

  private static MalformedFileException wrongType(long offset, String key, String what) {
    return new MalformedFileException(Fault.WRONG_KEY_TYPE, offset, "key '" + key + "' is " + what);
  }

  private Entry readEntry() {
    long start = in.offset();
    String name = in.text("tensor name", MAX_NAME_BYTES, Fault.BAD_TENSOR_NAME);
    if (!isPlain(name)) {
      throw new MalformedFileException(
          Fault.BAD_TENSOR_NAME,
          start,
          "tensor name " + quote(name) + " is empty or not printable UTF-8");
    }
    String what = "tensor " + quote(name);
    long[] dims = readDims(what);
    Encoding encoding = readEncoding(what);
    long bytes = sizeOf(what, encoding, dims);
    return new Entry(name, encoding, dims, bytes, in.u64("offset of " + what));
  }

  private long[] readDims(String what) {
    long start = in.offset();
    int count = in.u32("number of dimensions of " + what);
    if (count < 1 || count > MAX_DIMS) {
      throw new MalformedFileException(
          Fault.BAD_DIMS,
          start,
          what + " has " + Integer.toUnsignedString(count) + " dimensions, 1 to 4 are allowed");
    }
    long[] dims = new long[count];
    for (int i = 0; i < count; i++) {
      dims[i] = in.u64("dimensions of " + what);
      if (dims[i] <= 0) {
        throw new MalformedFileException(
            Fault.BAD_DIMS,
            start,
            what + " has dimension " + i + " of " + Long.toUnsignedString(dims[i]));
      }
    }
    return dims;
  }

  private Encoding readEncoding(String what) {
    long start = in.offset();
    int id = in.u32("encoding of " + what);
    Encoding encoding = ENCODINGS.get(id);
    if (encoding == null) {
      throw new MalformedFileException(
          Fault.BAD_TENSOR_TYPE,
          start,
          what + " has encoding " + Integer.toUnsignedString(id) + ", which is not known here");
    }
    return encoding;
  }

  private long sizeOf(String what, Encoding encoding, long[] dims) {
    try {
      long elements = Arrays.stream(dims).reduce(1, Math::multiplyExact);
      if (dims[0] % encoding.blockElements() != 0) {
        throw new MalformedFileException(
            Fault.BLOCK_MISMATCH,
            in.offset(),
            what
                + " has rows of "
                + dims[0]
                + " elements, no multiple of the "
                + encoding
                + " block of "
                + encoding.blockElements());
      }
      return Math.subtractExact(Math.addExact(encoding.bytes(elements), alignment), alignment);
    } catch (ArithmeticException e) {
      throw new MalformedFileException(
          Fault.SIZE_OVERFLOW, in.offset(), what + " of " + Arrays.toString(dims) + " overflows");
    }
  }

  /// Tensors follow one another without gap or overlap, so each offset is known before it is read.
  private void place(Entry[] entries) {
    long data = padded(in.offset());
    long expected = 0;
    for (Entry entry : entries) {
      String what = "tensor " + quote(entry.name());
      if (entry.offset() != expected) {
        throw new MalformedFileException(
            Fault.BAD_OFFSET,
            in.offset(),
            what
                + " lies at "
                + Long.toUnsignedString(entry.offset())
                + " of the data, expected "
                + expected);
      }
      if (entry.bytes() > file.byteSize() - data - expected) {
        throw new MalformedFileException(
            Fault.DATA_TRUNCATED,
            file.byteSize(),
            what
                + " needs bytes "
                + (data + expected)
                + " and "
                + entry.bytes()
                + " more; the file has "
                + file.byteSize());
      }
      MemorySegment bytes = file.asSlice(data + expected, entry.bytes()).asReadOnly();
      Tensor tensor =
          new Tensor(
              entry.name(), entry.encoding(), Arrays.stream(entry.dims()).boxed().toList(), bytes);
      if (tensors.putIfAbsent(entry.name(), tensor) != null) {
        throw new MalformedFileException(
            Fault.DUPLICATE_TENSOR, in.offset(), what + " appears twice");
      }
      expected = padded(expected + entry.bytes());
    }
  }

  private long padded(long offset) {
    return (offset + alignment - 1) & -alignment;
  }

  /// Whether a name can be shown as it is: not empty, no control characters, valid UTF-8.
  private static boolean isPlain(String name) {
    return !name.isEmpty()
        && name.codePoints().noneMatch(c -> Character.isISOControl(c) || c == 0xfffd);
  }

  private static String quote(String name) {
    String shown = name.length() > 80 ? name.substring(0, 80) + "..." : name;
    return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
  }
}
