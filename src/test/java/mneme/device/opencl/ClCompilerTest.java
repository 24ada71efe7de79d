package mneme.device.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.lwjgl.opencl.CL10.CL_CONTEXT_PLATFORM;
import static org.lwjgl.opencl.CL10.clCreateContext;
import static org.lwjgl.opencl.CL10.clReleaseContext;
import static org.lwjgl.opencl.CL10.clReleaseProgram;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import mneme.device.Devices;
import mneme.device.accelerator.Accelerator;
import mneme.device.accelerator.Kernel;
import mneme.device.accelerator.KernelCache;
import mneme.device.accelerator.Memory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lwjgl.system.MemoryStack;

/// Kernels come from what the driver made of them in an earlier run, and where that is damaged,
/// from their source. The kernel here adds; its cached neighbour subtracts.
class ClCompilerTest {
  private static final Kernel PAIR = new Kernel("rows", "pair", Map.of());
  private static final float[] SUMS = {11, 22, 33};
  private static final float[] DIFFERENCES = {9, 18, 27};

  @TempDir private Path folder;
  private ClDiscovery.Handle handle;
  private KernelCache cache;

  @BeforeEach
  void findDevice() {
    String id = System.getProperty("mneme.test.opencl", "opencl:0");
    assumeTrue(
        Devices.discover().stream().anyMatch(found -> found.id().equals(id)),
        "no device " + id + " on this machine");
    handle =
        ClDiscovery.devices().stream()
            .filter(device -> device.found().info().id().equals(id))
            .findFirst()
            .orElseThrow();
    cache = new KernelCache(folder, ClCompiler.name(handle.platform(), handle.device()));
  }

  @Test
  void aBinaryTakesThePlaceOfTheSource() {
    String text = ClText.of(PAIR);
    assertThat(computed()).isEqualTo(SUMS);
    assertThat(cache.find(text)).isPresent();
    cache.keep(text, binary(text.replace("z = a + b", "z = a - b")));
    assertThat(computed()).isEqualTo(DIFFERENCES);
  }

  @Test
  void aBinaryThatTheDriverRefusesIsMadeAnew() {
    String text = ClText.of(PAIR);
    for (byte[] damaged : List.of(new byte[0], new byte[1], "no program at all".getBytes())) {
      cache.keep(text, damaged);
      assertThat(computed()).isEqualTo(SUMS);
      assertThat(cache.find(text).orElseThrow()).isNotEqualTo(damaged).hasSizeGreaterThan(100);
      assertThat(computed()).as("from what was kept instead").isEqualTo(SUMS);
    }
  }

  @Test
  void aFileThatWasCutOrChangedIsMadeAnew() throws IOException {
    assertThat(computed()).isEqualTo(SUMS);
    Path file = onlyFile();
    byte[] whole = Files.readAllBytes(file);
    for (int length : List.of(0, 20, whole.length / 2, whole.length - 1)) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      assertThat(computed()).isEqualTo(SUMS);
    }
    byte[] changed = whole.clone();
    changed[whole.length / 2] ^= 1;
    Files.write(file, changed);
    assertThat(computed()).isEqualTo(SUMS);
    assertThat(cache.find(ClText.of(PAIR))).isPresent();
  }

  private Path onlyFile() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList().getFirst();
    }
  }

  /// {10, 20, 30} and {1, 2, 3} together, on a device that is opened anew.
  private float[] computed() {
    float[] result = new float[3];
    try (Accelerator accelerator = new ClAccelerator(handle.platform(), handle.device(), cache)) {
      Memory memory = accelerator.allocate(36, "three rows");
      accelerator.write(memory, 0, MemorySegment.ofArray(new float[] {10, 20, 30, 1, 2, 3}));
      accelerator
          .launch(PAIR)
          .at(memory, 0)
          .at(memory, 12)
          .at(memory, 24)
          .number(3)
          .number(1)
          .number(0)
          .number(0)
          .number(0f)
          .number(0f)
          .each(3, 1);
      accelerator.read(memory, 24, MemorySegment.ofArray(result));
      memory.release();
    }
    return result;
  }

  private byte[] binary(String text) {
    try (MemoryStack stack = MemoryStack.stackPush()) {
      IntBuffer error = stack.mallocInt(1);
      long context =
          clCreateContext(
              stack.pointers(CL_CONTEXT_PLATFORM, handle.platform(), 0),
              stack.pointers(handle.device()),
              null,
              0,
              error);
      ClErrors.check(error.get(0), "opening the device");
      var compiler = new ClCompiler(context, handle.device(), cache);
      clReleaseProgram(compiler.program(text, "pair"));
      clReleaseContext(context);
      return cache.find(text).orElseThrow();
    }
  }
}
