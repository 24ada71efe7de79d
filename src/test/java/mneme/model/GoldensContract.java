package mneme.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import mneme.SharedData;
import mneme.device.DeviceContract;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.device.Span;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.memory.KvEncoding;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Every golden model, on one device: what another program computed, and the same bits in one pass,
/// in chunks, token by token and beside others.
abstract class GoldensContract extends DeviceContract {
  private static final KvEncoding F32 = KvEncoding.both(Encoding.F32);

  /// llama.cpp rounds activations too, but elsewhere: two such roundings lie about 0.08 apart each.
  private static final Gate ROUNDED_ACTIVATIONS = new Gate(1, 0.15);

  private static Stream<String> folders(boolean isEncoding) {
    return SharedData.folders("goldens").stream()
        .map(folder -> folder.getFileName().toString())
        .filter(name -> isEncoding == (name.startsWith("llama-") && !name.equals("llama-moe")));
  }

  static Stream<String> architectures() {
    return folders(false);
  }

  static Stream<String> encodings() {
    return folders(true);
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void computesWhatAnotherProgramComputed(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = file(golden);
        Rig rig = rig(file, golden, Numerics.EXACT, F32)) {
      float[][] rows = rig.read(golden.tokens(), golden.tokens().length);
      Gate.of(name).check("one pass", golden, rows);
      Company.assertSameBits(
          "prompt, then steps", rows, rig.read(golden.tokens(), golden.promptTokens(), 1));
      Company.assertSameBits("token by token", rows, rig.read(golden.tokens(), 1));
      Company.assertSameBits("chunks of 13", rows, rig.read(golden.tokens(), 13));
      Company.assertSameBits("uneven chunks", rows, rig.read(golden.tokens(), 1, 7, 16, 2, 5, 30));
      Company.besideOthers(rig, golden.tokens(), rows);
    }
  }

  /// Sixteen prefixes side by side, each step another mixture; then forks of one in the middle of a
  /// page.
  @ParameterizedTest
  @MethodSource("architectures")
  void sixteenSequencesAndForksDoNotKnowEachOther(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = file(golden);
        Rig rig = rig(file, golden, Numerics.EXACT, F32)) {
      int[] tokens = Arrays.copyOf(golden.tokens(), 24);
      float[][] alone = rig.read(tokens, tokens.length);
      Company.assertSameBits("re-sent", alone, rig.read(tokens, tokens.length));
      Rig.Sequence[] many = Stream.generate(rig::sequence).limit(16).toArray(Rig.Sequence[]::new);
      for (int step = 0; step < 6; step++) {
        List<Span> spans = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        for (int s = 0; s < many.length; s++) {
          int length = 1 + (5 * s + 3 * step) % 4;
          starts.add(many[s].position());
          int[] piece = Arrays.copyOfRange(tokens, many[s].position(), many[s].position() + length);
          spans.add(many[s].next(piece, 1));
        }
        float[][] rows = rig.step(spans.toArray(Span[]::new));
        for (int s = 0; s < many.length; s++) {
          int last = many[s].position() - 1;
          Company.assertSameBits(
              "sequence " + s + " from " + starts.get(s),
              new float[][] {alone[last]},
              new float[][] {rows[s]});
        }
      }
      forks(rig, tokens, alone);
    }
  }

  private static void forks(Rig rig, int[] tokens, float[][] alone) {
    int at = 19;
    Rig.Sequence origin = rig.sequence();
    rig.step(origin.next(Arrays.copyOf(tokens, at), 0));
    Rig.Sequence fork = rig.fork(origin);
    int[] other = Arrays.copyOf(tokens, tokens.length);
    other[at] = tokens[0];
    float[][] otherAlone = rig.read(other, other.length);
    float[][] rows =
        rig.step(
            fork.next(Arrays.copyOfRange(other, at, other.length), other.length - at),
            origin.next(Arrays.copyOfRange(tokens, at, tokens.length), tokens.length - at));
    Company.assertSameBits(
        "fork",
        Arrays.copyOfRange(otherAlone, at, other.length),
        Arrays.copyOf(rows, other.length - at));
    Company.assertSameBits(
        "its origin",
        Arrays.copyOfRange(alone, at, tokens.length),
        Arrays.copyOfRange(rows, other.length - at, rows.length));
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void computesExactlyWithEveryWeightEncoding(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = file(golden);
        Rig rig = rig(file, golden, Numerics.EXACT, F32)) {
      Golden exact = golden.withExactLogits();
      Gate.of(name).check("exact", exact, rig.read(exact.tokens(), exact.tokens().length));
    }
  }

  @ParameterizedTest
  @MethodSource("encodings")
  void staysCloseWhenActivationsAreRounded(String name) {
    Golden golden = Golden.read(SharedData.path("goldens/" + name));
    try (Gguf file = file(golden);
        Rig rig = rig(file, golden, Numerics.QUANTIZED, F32)) {
      float[][] rows = rig.read(golden.tokens(), golden.tokens().length);
      ROUNDED_ACTIVATIONS.check("rounded", golden, rows);
      Company.assertSameBits("token by token", rows, rig.read(golden.tokens(), 1));
      Company.besideOthers(rig, golden.tokens(), rows);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Encoding.class,
      names = {"F16", "BF16", "Q8_0"})
  void staysCloseWhenKeysAndValuesAreRounded(Encoding encoding) {
    for (String name : List.of("llama", "gemma3", "gpt-oss", "deepseek2", "falcon-h1")) {
      Golden golden = Golden.read(SharedData.path("goldens/" + name));
      KvEncoding kv = KvEncoding.both(encoding);
      try (Gguf file = file(golden);
          Rig rig = rig(file, golden, Numerics.EXACT, kv)) {
        float[][] rows = rig.read(golden.tokens(), golden.tokens().length);
        new Gate(Double.MAX_VALUE, encoding == Encoding.F16 ? 0.15 : 0.4)
            .check("cache in " + encoding, golden, rows);
        Company.assertSameBits("token by token", rows, rig.read(golden.tokens(), 1));
      }
    }
  }

  private static Gguf file(Golden golden) {
    return Gguf.open(golden.folder().resolve("model.gguf"));
  }

  private Rig rig(Gguf file, Golden golden, Numerics numerics, KvEncoding encoding) {
    return new Rig(device, Architectures.graph(file, golden.contextTokens()), numerics, encoding);
  }
}
