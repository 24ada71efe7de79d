package mneme.format;

import java.lang.foreign.MemorySegment;
import java.util.AbstractList;
import java.util.RandomAccess;

/// An array of numbers that takes no more memory than it takes in the file.
final class PackedNumbers extends AbstractList<Object> implements RandomAccess {
  private final GgufValue type;
  private final MemorySegment packed;

  PackedNumbers(GgufValue type, byte[] packed) {
    this.type = type;
    this.packed = MemorySegment.ofArray(packed);
  }

  @Override
  public Object get(int index) {
    long at = (long) index * type.bytes();
    return type.read(new ByteCursor(packed.asSlice(at, type.bytes())), "element");
  }

  @Override
  public int size() {
    return (int) (packed.byteSize() / type.bytes());
  }
}
