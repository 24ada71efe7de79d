package mneme.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Files made to break readers: each is refused with the fault that it has, cheaply.
class HostileGgufTest {
  private static final byte[] VALID = GgufForge.llama().build();
  private static final long HEAP_LIMIT_BYTES = 64L << 20;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void theFileThatTheCasesStartFromIsValid() {
    try (Gguf file = read(VALID)) {
      assertThat(file.tensors()).hasSize(12);
      assertThat(file.metadata().texts("tokenizer.ggml.tokens")).hasSize(264);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mneme.format.HostileGgufCases#all")
  void isRefusedForItsFault(HostileGgufCases.Case hostile) {
    byte[] bytes = hostile.bytes();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    MalformedFileException refusal =
        catchThrowableOfType(MalformedFileException.class, () -> read(bytes));
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    assertThat(refusal).as("%s must be refused", hostile).isNotNull();
    assertThat(refusal.fault()).as(refusal.getMessage()).isIn((Object[]) hostile.faults());
    assertThat(refusal.offset()).isBetween(0L, (long) bytes.length);
    assertThat(refusal.getMessage()).hasSizeLessThan(1000);
    assertThat(allocated).isLessThan(HEAP_LIMIT_BYTES);
  }

  @Test
  void bytesAfterTheLastTensorAreIgnored() {
    assertThat(read(Arrays.copyOf(VALID, VALID.length + 1000)).tensors()).hasSize(12);
  }

  @Test
  void everyPrefixIsRefused() {
    int header = GgufForge.llama().header().length;
    Set<Fault> seen = EnumSet.noneOf(Fault.class);
    for (int length = 0; length < VALID.length; length += length < header ? 1 : 97) {
      byte[] prefix = Arrays.copyOf(VALID, length);
      MalformedFileException refusal =
          catchThrowableOfType(MalformedFileException.class, () -> read(prefix));
      assertThat(refusal).as("prefix of %d bytes", length).isNotNull();
      seen.add(refusal.fault());
    }
    assertThat(seen)
        .isSubsetOf(
            Fault.TRUNCATED, Fault.STRING_TOO_LONG, Fault.ARRAY_TOO_LONG, Fault.DATA_TRUNCATED);
  }

  @Test
  void anyByteOfTheHeaderMayBeWrong() {
    int header = GgufForge.llama().header().length;
    for (int at = 0; at < header; at++) {
      for (int value : new int[] {0, 0xff, VALID[at] + 1, VALID[at] ^ 0x80}) {
        byte[] flipped = VALID.clone();
        flipped[at] = (byte) value;
        isReadOrRefused(flipped);
      }
    }
  }

  @Property(tries = 2000)
  void severalBytesMayBeWrong(
      @ForAll List<@IntRange(max = 9_999) Integer> places, @ForAll List<Byte> values) {
    byte[] flipped = VALID.clone();
    for (int i = 0; i < Math.min(places.size(), values.size()); i++) {
      flipped[places.get(i)] = values.get(i);
    }
    isReadOrRefused(flipped);
  }

  private static void isReadOrRefused(byte[] bytes) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try (Gguf file = read(bytes)) {
      file.tensors().forEach(Decoder::all);
    } catch (ModelFormatException refusal) {
      assertThat(refusal.getMessage()).isNotEmpty();
    }
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(HEAP_LIMIT_BYTES);
  }

  private static Gguf read(byte[] bytes) {
    return Gguf.of(MemorySegment.ofArray(bytes));
  }
}
