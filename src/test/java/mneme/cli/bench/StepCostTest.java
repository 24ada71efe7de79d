package mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mneme.cli.bench.StepCost.Load;
import mneme.format.Encoding;
import mneme.format.GgufForge;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.memory.KvEncoding;
import mneme.model.Architectures;
import mneme.model.RealShapes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What steps cost, beside sums by hand.
class StepCostTest {
  /// Numbers of the small llama's layer and of its output.
  private static final long LAYER = 2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 64;

  private static final long OUTPUT = 32 * 264;
  private static final long EMBEDDED_ROW_BYTES = 32 * 4;
  private static final long KV_TOKEN_BYTES = 16 * 2 + 16 * 2;

  @TempDir private Path folder;

  private StepCost of(Path path) {
    try (ModelFile file = ModelFiles.open(path)) {
      return new StepCost(Architectures.graph(file, 8192), KvEncoding.both(Encoding.BF16));
    }
  }

  private StepCost llama() throws IOException {
    return of(Files.write(folder.resolve("llama.gguf"), GgufForge.llama().build()));
  }

  private StepCost real(RealShapes shape) throws IOException {
    return of(shape.forge().writeTo(folder.resolve("real.gguf")));
  }

  @Test
  void decodeReadsEveryWeightOnceAndEachSequencesMemory() throws IOException {
    StepCost cost = llama();
    long weights = 4 * (LAYER + OUTPUT);
    long sequence = EMBEDDED_ROW_BYTES + (10 + 1) * KV_TOKEN_BYTES;
    assertThat(cost.bytes(new Load(1, 9, 1, 1))).isEqualTo(weights + sequence);
    assertThat(cost.bytes(new Load(3, 9, 1, 1))).isEqualTo(weights + 3 * sequence);
    long products = LAYER + OUTPUT + 10 * 2 * (16 + 16);
    assertThat(cost.flops(new Load(1, 9, 1, 1))).isEqualTo(2 * products);
    assertThat(cost.flops(new Load(3, 9, 1, 1))).isEqualTo(3 * 2 * products);
  }

  @Test
  void prefillReadsWeightsOnceAndLogitsOfWhatIsWantedOnly() throws IOException {
    StepCost cost = llama();
    long tokens = 4 * EMBEDDED_ROW_BYTES + (4 + 4) * KV_TOKEN_BYTES;
    assertThat(cost.bytes(new Load(1, 0, 4, 1))).isEqualTo(4 * (LAYER + OUTPUT) + tokens);
    assertThat(cost.bytes(new Load(1, 0, 4, 0))).isEqualTo(4 * LAYER + tokens);
    long attention = (1 + 2 + 3 + 4) * 2 * (16 + 16);
    assertThat(cost.flops(new Load(1, 0, 4, 1))).isEqualTo(2 * (4 * LAYER + OUTPUT + attention));
    assertThat(cost.flops(new Load(1, 0, 4, 0))).isEqualTo(2 * (4 * LAYER + attention));
  }

  @Test
  void aWindowIsReadNoFurtherThanItReaches() throws IOException {
    StepCost cost = real(RealShapes.GEMMA3_1B);
    long whole = 4 * 2 * 256 * 2;
    long windowed = 22 * 2 * 256 * 2;
    assertThat(cost.bytes(new Load(1, 4999, 1, 1)) - cost.bytes(new Load(1, 0, 1, 1)))
        .isEqualTo(4999 * whole + 511 * windowed);
    assertThat(cost.bytes(new Load(1, 4992, 8, 1)) - cost.bytes(new Load(1, 0, 8, 1)))
        .isEqualTo(4992 * whole + 511 * windowed);
  }

  @Test
  void aStateIsReadAndWrittenWhateverTheLength() throws IOException {
    StepCost cost = real(RealShapes.MAMBA2_130M);
    long one = cost.bytes(new Load(1, 0, 1, 1));
    assertThat(cost.bytes(new Load(1, 5000, 1, 1))).isEqualTo(one);
    assertThat(cost.bytes(new Load(2, 0, 1, 1)) - one)
        .isEqualTo(2 * RealShapes.MAMBA2_130M.stateBytes() + 768 * 2);
  }
}
