package mneme.model;

import java.util.Set;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.GraphicsDevices;
import mneme.device.HalvedDevice;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.memory.KvEncoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every golden model in the matrix units of the first Vulkan device of this machine.
class MatrixUnitsGoldensTest {
  /// llama.cpp rounds activations to 8 bits where weights are quantized, matrix units to f16; where
  /// weights are f32 they are rounded to f16 here.
  private static final Gate ROUNDED = new Gate(1, 0.15);

  /// Of these a row goes to another expert, already where f32 kernels multiply the rounded weights;
  /// that moves its logits by whole units.
  private static final Set<String> REROUTED = Set.of("lfm2moe", "nemotron_h_moe");

  private static final Gate ELSEWHERE = new Gate(Double.MAX_VALUE, 0.25);

  static Stream<String> goldens() {
    return SharedData.folders("goldens").stream().map(folder -> folder.getFileName().toString());
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void staysCloseAndKeepsItsBits(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    KvEncoding kv = KvEncoding.both(Encoding.F32);
    try (Device device = new HalvedDevice(GraphicsDevices.matrixUnits());
        Gguf file = Gguf.open(golden.folder().resolve("model.gguf"));
        Rig rig =
            new Rig(
                device,
                Architectures.graph(file, golden.contextTokens()),
                Numerics.QUANTIZED,
                kv)) {
      float[][] rows = rig.read(golden.tokens(), golden.tokens().length);
      Gate gate = REROUTED.contains(name) ? ELSEWHERE : ROUNDED;
      gate.check("in matrix units", golden, rows);
      Company.assertSameBits("token by token", rows, rig.read(golden.tokens(), 1));
      Company.besideOthers(rig, golden.tokens(), rows);
    }
  }
}
