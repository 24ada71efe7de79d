package mneme.device.accelerator;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import mneme.format.Encoding;
import mneme.format.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PanelsTest {
  private static Tensor random(Encoding encoding, long... dims) {
    long elements = Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    byte[] bytes = new byte[Math.toIntExact(encoding.bytes(elements))];
    new Random(5).nextBytes(bytes);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] == 0 ? 1 : bytes[i]; // so that zeros are filling
    }
    return new Tensor(
        "random",
        encoding,
        Arrays.stream(dims).boxed().toList(),
        Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, bytes));
  }

  private static byte[] laidOut(Tensor tensor) {
    Panels panels = Panels.of(tensor);
    MemorySegment all = Arena.ofAuto().allocate(panels.bytes(), 16);
    all.fill((byte) -1);
    for (int i = 0; i < panels.panels(); i++) {
      panels.copy(tensor, i, all.asSlice((long) i * panels.panelBytes(), panels.panelBytes()));
    }
    return all.toArray(ValueLayout.JAVA_BYTE);
  }

  private static byte[] bytes(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void wordsOfNeighbouringRowsLieSideBySide() {
    Tensor tensor = random(Encoding.Q4_K, 512, 64);
    byte[] from = bytes(tensor);
    byte[] to = laidOut(tensor);
    assertThat(to).hasSize(from.length);
    for (int row = 0; row < 64; row++) {
      for (int block = 0; block < 2; block++) {
        for (int i = 0; i < 144; i++) {
          int at = ((row / 32 * 2 + block) * 36 + i / 4) * 128 + row % 32 * 4 + i % 4;
          assertThat(to[at]).isEqualTo(from[(row * 2 + block) * 144 + i]);
        }
      }
    }
  }

  @Test
  void aScaleBeforeTheCodesGoesBehindThem() {
    Tensor tensor = random(Encoding.Q8_0, 64, 32);
    byte[] from = bytes(tensor);
    byte[] to = laidOut(tensor);
    for (int row = 0; row < 32; row++) {
      for (int block = 0; block < 2; block++) {
        int record = block * 34 * 32;
        int source = (row * 2 + block) * 34;
        for (int i = 0; i < 32; i++) {
          int at = record + i / 4 * 128 + row * 4 + i % 4;
          assertThat(to[at]).isEqualTo(from[source + 2 + i]);
        }
        assertThat(to[record + 8 * 128 + row * 2]).isEqualTo(from[source]);
        assertThat(to[record + 8 * 128 + row * 2 + 1]).isEqualTo(from[source + 1]);
      }
    }
  }

  @Test
  void aScaleBehindTheCodesStaysThere() {
    Tensor tensor = random(Encoding.Q6_K, 256, 32);
    byte[] from = bytes(tensor);
    byte[] to = laidOut(tensor);
    for (int row = 0; row < 32; row++) {
      assertThat(to[row * 4]).isEqualTo(from[row * 210]);
      assertThat(to[52 * 128 + row * 2]).isEqualTo(from[row * 210 + 208]);
      assertThat(to[52 * 128 + row * 2 + 1]).isEqualTo(from[row * 210 + 209]);
    }
  }

  @Test
  void rowsOfPlainNumbersEndInZeros() {
    Tensor tensor = random(Encoding.F16, 6, 2);
    byte[] from = bytes(tensor);
    byte[] to = laidOut(tensor);
    assertThat(to).hasSize(32 * 16);
    byte[] expected = new byte[to.length];
    for (int row = 0; row < 2; row++) {
      for (int i = 0; i < 12; i++) {
        expected[i / 4 * 128 + row * 4 + i % 4] = from[row * 12 + i];
      }
    }
    assertThat(to).isEqualTo(expected);
  }

  @Test
  void eachMatrixOfAStackBeginsAtAPanel() {
    Tensor tensor = random(Encoding.F32, 4, 33, 3);
    byte[] from = bytes(tensor);
    byte[] to = laidOut(tensor);
    assertThat(Panels.of(tensor).panels()).isEqualTo(6);
    for (int row = 0; row < 99; row++) {
      int panel = row / 33 * 2 + row % 33 / 32;
      for (int i = 0; i < 16; i++) {
        int at = panel * 512 + i / 4 * 128 + row % 33 % 32 * 4 + i % 4;
        assertThat(to[at]).isEqualTo(from[row * 16 + i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Encoding.class,
      names = {"I8", "I16", "I32", "I64", "F64"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyByteIsThereOnce(Encoding encoding) {
    Tensor tensor = random(encoding, 512, 40);
    byte[] from = bytes(tensor);
    byte[] to = laidOut(tensor);
    assertThat((long) to.length).isEqualTo(encoding.bytes(512L * 64));
    assertThat(counts(to)).isEqualTo(counts(Arrays.copyOf(from, to.length)));
  }

  private static List<Integer> counts(byte[] bytes) {
    Integer[] counts = new Integer[256];
    Arrays.fill(counts, 0);
    for (byte b : bytes) {
      counts[b & 255]++;
    }
    return List.of(counts);
  }
}
