package mneme.format;

import static mneme.format.GgufForge.array;
import static mneme.format.GgufForge.join;
import static mneme.format.GgufForge.string;
import static mneme.format.GgufForge.text;
import static mneme.format.GgufForge.u32;
import static mneme.format.GgufForge.u64;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Ways to break a GGUF file, grouped as A header, B keys, C tensor table, D data.
final class HostileGgufCases {
  private static final String ALIGNMENT = "general.alignment";
  private final List<Case> cases = new ArrayList<>();

  record Case(String name, byte[] bytes, Fault... faults) {
    @Override
    public String toString() {
      return name;
    }
  }

  private HostileGgufCases() {
    header();
    keys();
    values();
    alignments();
    tensors();
    data();
  }

  static Stream<Case> all() {
    return new HostileGgufCases().cases.stream();
  }

  private void header() {
    cases.add(new Case("A01 empty file", new byte[0], Fault.TRUNCATED));
    cases.add(new Case("A02 three bytes", text("GGU"), Fault.TRUNCATED));
    cases.add(new Case("A03 magic only", text("GGUF"), Fault.TRUNCATED));
    forge("A04 magic FUGG", f -> f.magic = text("FUGG"), Fault.BAD_MAGIC);
    forge("A05 legacy magic", f -> f.magic = text("lmgg"), Fault.BAD_MAGIC);
    forge("A06 version 0", f -> f.version = 0, Fault.BAD_VERSION);
    forge("A07 version 1", f -> f.version = 1, Fault.BAD_VERSION);
    forge("A08 version 4", f -> f.version = 4, Fault.BAD_VERSION);
    forge("A09 version 3 reversed", f -> f.version = 0x03000000, Fault.WRONG_ENDIAN);
    tensorCount("A10 -1 tensors", -1, Fault.COUNT_OUT_OF_RANGE);
    tensorCount("A11 2^62 tensors", 1L << 62, Fault.COUNT_OUT_OF_RANGE);
    forge(
        "A12 one tensor more than present",
        f -> f.tensorCountOff = 1,
        Fault.TRUNCATED,
        Fault.STRING_TOO_LONG,
        Fault.BAD_TENSOR_NAME);
    keyCount("A13 -1 keys", -1, Fault.COUNT_OUT_OF_RANGE);
    keyCount("A14 2^40 keys", 1L << 40, Fault.COUNT_OUT_OF_RANGE);
    forge(
        "A15 one key fewer than present",
        f -> f.keyCountOff = -1,
        Fault.BAD_DIMS,
        Fault.BAD_TENSOR_TYPE);
    cases.add(
        new Case(
            "A16 no keys and no tensors",
            join(List.of(text("GGUF"), u32(3), u64(0), u64(0))),
            Fault.MISSING_KEY));
    cases.add(new Case("A17 zip", text("PK\3\4 and more of it"), Fault.BAD_MAGIC));
    bytes("A18 cut inside the header", b -> Arrays.copyOf(b, 20), Fault.TRUNCATED);
  }

  private void keys() {
    rawKey("B01 key length -1", u64(-1), Fault.STRING_TOO_LONG);
    cases.add(
        new Case(
            "B02 key of 1 GiB, 30 bytes left",
            join(List.of(text("GGUF"), u32(3), u64(0), u64(1), u64(1 << 30), new byte[30])),
            Fault.STRING_TOO_LONG));
    forge("B03 empty key", f -> f.u32("", 1), Fault.BAD_KEY);
    forge("B04 duplicate key", f -> f.keys.add(f.keys.getFirst()), Fault.DUPLICATE_KEY);
    forge("B05 key of 65,536 bytes", f -> f.u32("k".repeat(65_536), 1), Fault.BAD_KEY);
    forge("B06 key with invalid UTF-8", f -> named(f, new byte[] {'a', -1}), Fault.BAD_KEY);
    forge("B07 key with NUL", f -> f.u32("a\0b", 1), Fault.BAD_KEY);
  }

  private void values() {
    value("B08 value type 13", 13, u64(0), Fault.BAD_VALUE_TYPE);
    value("B09 value type -1", -1, u64(0), Fault.BAD_VALUE_TYPE);
    value("B10 string length -1", GgufForge.STRING, u64(-1), Fault.STRING_TOO_LONG);
    value("B11 string past the end", GgufForge.STRING, u64(512 << 20), Fault.STRING_TOO_LONG);
    value("B12 flag 7", GgufForge.BOOL, new byte[] {7}, Fault.BAD_BOOL);
    valueArray("B13 array of type 13", 13, 1, u64(0), Fault.BAD_VALUE_TYPE);
    byte[] inner = array(GgufForge.U8, 1, new byte[1]);
    valueArray("B14 array of arrays", GgufForge.ARRAY, 1, inner, Fault.NESTED_ARRAY);
    valueArray("B15 array length -1", GgufForge.U8, -1, new byte[0], Fault.ARRAY_TOO_LONG);
    valueArray(
        "B16 array length wraps", GgufForge.U64, (1L << 61) + 1, u64(0), Fault.ARRAY_TOO_LONG);
    valueArray(
        "B17 a billion strings", GgufForge.STRING, 1_000_000_000, u64(0), Fault.ARRAY_TOO_LONG);
    ByteBuffer nest = ByteBuffer.allocate(12 * 10_000).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    while (nest.hasRemaining()) {
      nest.putInt(GgufForge.ARRAY).putLong(1);
    }
    value("B18 arrays 10,000 deep", GgufForge.ARRAY, nest.array(), Fault.NESTED_ARRAY);
    value("B26 a number beyond long", GgufForge.U64, u64(-1), Fault.BAD_NUMBER);
  }

  private void alignments() {
    forge("B19 alignment 0", f -> f.u32(ALIGNMENT, 0), Fault.BAD_ALIGNMENT);
    forge("B20 alignment 13", f -> f.u32(ALIGNMENT, 13), Fault.BAD_ALIGNMENT);
    forge("B21 alignment 2^31", f -> f.u32(ALIGNMENT, 1 << 31), Fault.BAD_ALIGNMENT);
    forge(
        "B22 alignment as i32",
        f -> f.key(ALIGNMENT, GgufForge.I32, u32(32)),
        Fault.WRONG_KEY_TYPE);
    forge(
        "B23 alignment as array",
        f -> f.array(ALIGNMENT, GgufForge.U32, List.of(u32(32))),
        Fault.WRONG_KEY_TYPE);
    forge(
        "B24 alignment as empty array",
        f -> f.array(ALIGNMENT, GgufForge.U32, List.of()),
        Fault.WRONG_KEY_TYPE);
    bytes(
        "B25 cut inside a value",
        b -> Arrays.copyOf(b, 24 + 8 + 20 + 4 + 8 + 2),
        Fault.STRING_TOO_LONG,
        Fault.TRUNCATED);
  }

  private void tensors() {
    entry("C01 name of 64 bytes", t -> t.name = text("n".repeat(64)), Fault.BAD_TENSOR_NAME);
    forge(
        "C02 duplicate tensor",
        f -> f.tensors.get(1).name = f.tensors.getFirst().name,
        Fault.DUPLICATE_TENSOR);
    entry("C03 empty name", t -> t.name = new byte[0], Fault.BAD_TENSOR_NAME);
    entry("C04 five dimensions", t -> t.dims = new long[] {1, 1, 1, 1, 1}, Fault.BAD_DIMS);
    entry("C05 no dimensions", t -> t.dims = new long[0], Fault.BAD_DIMS);
    entry("C06 dimension -1", t -> t.dims = new long[] {-1, 32}, Fault.BAD_DIMS);
    entry("C07 dimension 0", t -> t.dims = new long[] {32, 0}, Fault.BAD_DIMS);
    entry("C08 2^32 x 2^32", t -> t.dims = new long[] {1L << 32, 1L << 32}, Fault.SIZE_OVERFLOW);
    entry("C09 padding wraps", t -> t.dims = new long[] {(1L << 62) - 1}, Fault.SIZE_OVERFLOW);
    entry(
        "C10 blocks wrap",
        t -> {
          t.type = 2;
          t.dims = new long[] {1L << 59, 16};
        },
        Fault.SIZE_OVERFLOW);
    entry("C11 encoding -1", t -> t.type = -1, Fault.BAD_TENSOR_TYPE);
    entry("C12 encoding 999", t -> t.type = 999, Fault.BAD_TENSOR_TYPE);
    entry("C13 encoding 4, removed", t -> t.type = 4, Fault.BAD_TENSOR_TYPE);
    entry(
        "C14 row of 31 in blocks of 32",
        t -> {
          t.type = 2;
          t.dims = new long[] {31};
        },
        Fault.BLOCK_MISMATCH);
    entry("C15 offset -1", t -> t.offset = -1, Fault.BAD_OFFSET);
    entry("C16 offset 5", t -> t.offset = 5, Fault.BAD_OFFSET);
    forge("C17 overlap", f -> f.tensors.get(1).offset = 0, Fault.BAD_OFFSET);
    entry("C18 offset 2^40", t -> t.offset = 1L << 40, Fault.BAD_OFFSET);
    forge(
        "C19 two of 2^63 - 64 bytes",
        f -> {
          for (int i = 0; i < 2; i++) {
            f.tensors.get(i).type = 24;
            f.tensors.get(i).dims = new long[] {Long.MAX_VALUE - 63};
            f.tensors.get(i).offset = i * (Long.MAX_VALUE - 63);
          }
        },
        Fault.SIZE_OVERFLOW,
        Fault.DATA_TRUNCATED);
    int header = GgufForge.llama().header().length;
    bytes("C20 cut inside the table", b -> Arrays.copyOf(b, header - 30), Fault.TRUNCATED);
  }

  private void data() {
    int header = GgufForge.llama().header().length;
    bytes("D01 no data", b -> Arrays.copyOf(b, header), Fault.DATA_TRUNCATED);
    bytes("D02 last byte missing", b -> Arrays.copyOf(b, b.length - 1), Fault.DATA_TRUNCATED);
    bytes(
        "D03 last 20,000 bytes missing",
        b -> Arrays.copyOf(b, b.length - 20_000),
        Fault.DATA_TRUNCATED);
  }

  private void forge(String name, Consumer<GgufForge> change, Fault... faults) {
    GgufForge forge = GgufForge.llama();
    change.accept(forge);
    cases.add(new Case(name, forge.build(), faults));
  }

  private void bytes(String name, UnaryOperator<byte[]> change, Fault... faults) {
    cases.add(new Case(name, change.apply(GgufForge.llama().build()), faults));
  }

  private void entry(String name, Consumer<GgufForge.Entry> change, Fault... faults) {
    forge(name, f -> change.accept(f.tensors.getFirst()), faults);
  }

  private void tensorCount(String name, long count, Fault fault) {
    forge(name, f -> f.tensorCountOff = count - f.tensors.size(), fault);
  }

  private void keyCount(String name, long count, Fault fault) {
    forge(name, f -> f.keyCountOff = count - f.keys.size(), fault);
  }

  private void value(String name, int type, byte[] value, Fault fault) {
    forge(name, f -> f.key("k", type, value), fault);
  }

  private void valueArray(String name, int type, long count, byte[] values, Fault fault) {
    value(name, GgufForge.ARRAY, array(type, count, values), fault);
  }

  private void rawKey(String name, byte[] afterHeader, Fault fault) {
    bytes(
        name, b -> join(List.of(Arrays.copyOf(b, 24), afterHeader, string(new byte[4000]))), fault);
  }

  private static void named(GgufForge forge, byte[] name) {
    forge.keys.add(new GgufForge.Key(name, GgufForge.U32, u32(1)));
  }
}
