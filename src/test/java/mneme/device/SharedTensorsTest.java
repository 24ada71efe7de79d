package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import mneme.device.SharedTensors.Held;
import mneme.format.Encoding;
import mneme.format.Tensor;
import org.junit.jupiter.api.Test;

class SharedTensorsTest {
  private final List<String> made = new ArrayList<>();
  private final List<String> freed = new ArrayList<>();
  private final SharedTensors<String> shared = new SharedTensors<>(this::make, freed::add);

  private String make(Tensor tensor) {
    made.add(tensor.name());
    return tensor.name();
  }

  private static Tensor tensor(String name, MemorySegment data, Long... dims) {
    return new Tensor(name, Encoding.F32, List.of(dims), data);
  }

  @Test
  void makesOnceAndFreesWithTheLastHolder() {
    Tensor tensor = tensor("a", Arena.ofAuto().allocate(64), 4L, 4L);
    Held<String> first = shared.hold(tensor);
    Held<String> second = shared.hold(tensor);
    shared.letGo(first);
    assertThat(freed).isEmpty();
    assertThat(second.made()).isEqualTo("a");
    shared.letGo(second);
    assertThat(freed).containsExactly("a");
    shared.letGo(shared.hold(tensor));
    assertThat(made).containsExactly("a", "a");
    assertThat(freed).containsExactly("a", "a");
  }

  @Test
  void sameBytesUnderAnotherNameAreTheSameAndReadAnotherWayAreNot() {
    MemorySegment data = Arena.ofAuto().allocate(64);
    shared.hold(tensor("a", data, 4L, 4L));
    shared.hold(tensor("tied", data, 4L, 4L));
    shared.hold(tensor("turned", data, 2L, 8L));
    shared.hold(new Tensor("bits", Encoding.I32, List.of(4L, 4L), data));
    shared.hold(tensor("part", data.asSlice(0, 32), 4L, 2L));
    assertThat(made).containsExactly("a", "turned", "bits", "part");
  }

  @Test
  void arraysAreToldApartByWhichTheyAre() {
    float[] one = new float[16];
    float[] equal = new float[16];
    shared.hold(tensor("a", MemorySegment.ofArray(one), 4L, 4L));
    shared.hold(tensor("again", MemorySegment.ofArray(one), 4L, 4L));
    shared.hold(tensor("b", MemorySegment.ofArray(equal), 4L, 4L));
    assertThat(made).containsExactly("a", "b");
  }

  /// A file is closed while a program still holds what was made of it, and another is mapped where
  /// it was.
  @Test
  void whatWasMadeOfMemoryThatHasEndedIsNotFound() {
    MemorySegment place = Arena.ofAuto().allocate(64);
    Held<String> stale;
    try (Arena file = Arena.ofConfined()) {
      stale = shared.hold(tensor("old file", mapped(place, file), 4L, 4L));
    }
    try (Arena file = Arena.ofConfined()) {
      Tensor tensor = tensor("new file", mapped(place, file), 4L, 4L);
      Held<String> fresh = shared.hold(tensor);
      assertThat(fresh.made()).isEqualTo("new file");
      assertThat(stale.made()).isEqualTo("old file");
      shared.letGo(stale);
      assertThat(freed).containsExactly("old file");
      assertThat(shared.hold(tensor)).isSameAs(fresh);
      shared.letGo(fresh);
      shared.letGo(fresh);
      assertThat(freed).containsExactly("old file", "new file");
    }
  }

  private static MemorySegment mapped(MemorySegment place, Arena file) {
    return MemorySegment.ofAddress(place.address()).reinterpret(place.byteSize(), file, null);
  }

  @Test
  void whatCannotBeMadeIsNotKept() {
    var failing =
        new SharedTensors<String>(
            tensor -> {
              make(tensor);
              throw new DeviceException(DeviceException.Kind.OUT_OF_MEMORY, "full");
            },
            freed::add);
    Tensor tensor = tensor("a", Arena.ofAuto().allocate(64), 4L, 4L);
    for (int i = 0; i < 2; i++) {
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> failing.hold(tensor))
          .isInstanceOf(DeviceException.class);
    }
    assertThat(made).containsExactly("a", "a");
    assertThat(freed).isEmpty();
  }
}
