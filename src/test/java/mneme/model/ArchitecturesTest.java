package mneme.model;

import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.ReferenceDevice;
import mneme.device.Rig;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.memory.KvEncoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every architecture computes what another program computed for the same file.
class ArchitecturesTest {
  static Stream<String> goldens() {
    return SharedData.folders("goldens").stream()
        .map(folder -> folder.getFileName().toString())
        .filter(name -> !name.startsWith("llama-") || name.equals("llama-moe"));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void computesWhatAnotherProgramComputed(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = Gguf.open(golden.folder().resolve("model.gguf"));
        Device device = new ReferenceDevice();
        Rig rig =
            new Rig(
                device,
                Architectures.graph(file, golden.contextTokens()),
                Numerics.EXACT,
                KvEncoding.both(Encoding.F32))) {
      Gate.of(name).check("one pass", golden, rig.read(golden.tokens(), golden.tokens().length));
    }
  }
}
