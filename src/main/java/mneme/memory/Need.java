package mneme.memory;

import java.util.Arrays;

/// Objects wanted at once, by size class: taken now or set aside, and how many of them an earlier
/// promise covers. Reused from call to call, so that growing makes no garbage.
final class Need {
  private int[] objects = new int[0];
  private int[] covered = new int[0];
  private int[] setAside = new int[0];
  private boolean isEmpty = true;

  Need clear() {
    if (!isEmpty) {
      Arrays.fill(objects, 0);
      Arrays.fill(covered, 0);
      Arrays.fill(setAside, 0);
      isEmpty = true;
    }
    return this;
  }

  Need add(SizeClass size, int count) {
    if (count > 0) {
      makeRoom(size);
      objects[size.id] += count;
      isEmpty = false;
    }
    return this;
  }

  /// Says that `count` of the objects of `size` were promised before.
  void coverBy(SizeClass size, int count) {
    if (count > 0) {
      makeRoom(size);
      covered[size.id] += count;
    }
  }

  /// Promises `count` objects of `size`, to be taken later.
  Need setAside(SizeClass size, int count) {
    if (count > 0) {
      makeRoom(size);
      setAside[size.id] += count;
      isEmpty = false;
    }
    return this;
  }

  private void makeRoom(SizeClass size) {
    if (size.id >= objects.length) {
      objects = Arrays.copyOf(objects, size.id + 1);
      covered = Arrays.copyOf(covered, size.id + 1);
      setAside = Arrays.copyOf(setAside, size.id + 1);
    }
  }

  boolean isEmpty() {
    return isEmpty;
  }

  int objects(SizeClass size) {
    return size.id < objects.length ? objects[size.id] : 0;
  }

  /// Objects, taken now or later, that no earlier promise covers.
  int unpromised(SizeClass size) {
    return size.id < objects.length
        ? Math.max(0, objects[size.id] - covered[size.id]) + setAside[size.id]
        : 0;
  }

  long bytes(Iterable<SizeClass> sizes) {
    long bytes = 0;
    for (SizeClass size : sizes) {
      bytes +=
          (long) (objects(size) + (size.id < setAside.length ? setAside[size.id] : 0)) * size.bytes;
    }
    return bytes;
  }
}
