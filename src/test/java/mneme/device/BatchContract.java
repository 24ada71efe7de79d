package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.graph.Activation;
import mneme.graph.AttentionSpec;
import mneme.graph.Op;
import mneme.memory.MemoryNeed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every device must do with steps of every size, the smallest and the largest, and with what
/// it cannot compute.
public abstract class BatchContract extends DeviceContract {
  /// Tokens of the texts that a large step is made of, and how often each text stands in it.
  private static final int[] LENGTHS = {301, 51, 2};

  private static final int[] COUNTS = {1, 20, 1700};

  /// The first case of each op, and the encodings that models are usually in.
  static Stream<OpCase> oneOfEachOp() {
    Set<Class<?>> covered = new HashSet<>();
    Set<String> usual = Set.of("product Q8_0, QUANTIZED", "product Q4_K, QUANTIZED", "product F16");
    return Stream.concat(OpCases.all(), MemoryOpCases.all())
        .filter(opCase -> {
          boolean isNew = false;
          for (Op op : opCase.graph().ops()) {
            isNew |= covered.add(op.getClass());
          }
          return isNew || usual.contains(opCase.name());
        });
  }

  /// 3,000 rows in 1,721 spans, then one more token of each: more of everything than any tile has.
  @ParameterizedTest
  @MethodSource("oneOfEachOp")
  void thousandsOfRowsAreThoseOfTheRunAlone(OpCase opCase) {
    int perSequence = opCase.graph().needs().size();
    try (Rig rig = opCase.rig(device, 16 + 2200 * perSequence)) {
      List<Reader> readers = readers(rig);
      for (boolean isLast : new boolean[] {false, true}) {
        float[][] rows =
            rig.step(readers.stream().map(reader -> reader.next(isLast)).toArray(Span[]::new));
        int at = 0;
        for (Reader reader : readers) {
          float[][] expected = reader.rows(isLast);
          Rows.assertSameBits(Arrays.copyOfRange(rows, at, at + expected.length), expected);
          at += expected.length;
        }
        assertThat(rows.length).isEqualTo(at);
      }
    }
  }

  /// A sequence, what it reads and what comes of it when it is read in small pieces alone.
  private record Reader(Rig.Sequence sequence, int[] text, float[][] alone) {
    int[] place(boolean isLast) {
      return isLast ? new int[] {text.length - 1, text.length} : new int[] {0, text.length - 1};
    }

    Span next(boolean isLast) {
      int[] tokens = Arrays.copyOfRange(text, place(isLast)[0], place(isLast)[1]);
      return sequence.next(tokens, tokens.length);
    }

    float[][] rows(boolean isLast) {
      return Arrays.copyOfRange(alone, place(isLast)[0], place(isLast)[1]);
    }
  }

  private static List<Reader> readers(Rig rig) {
    Random random = new Random(5);
    List<Reader> readers = new ArrayList<>();
    for (int kind = 0; kind < LENGTHS.length; kind++) {
      int[][] texts = new int[Math.min(10, COUNTS[kind])][];
      float[][][] alone = new float[texts.length][][];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = random.ints(LENGTHS[kind], 0, OpCase.TOKENS).toArray();
        alone[i] = rig.read(texts[i], 45, 3, 17);
      }
      for (int i = 0; i < COUNTS[kind]; i++) {
        int text = i % texts.length;
        readers.add(new Reader(rig.sequence(), texts[text], alone[text]));
      }
    }
    Collections.shuffle(readers, random);
    return readers;
  }

  @ParameterizedTest
  @MethodSource("oneOfEachOp")
  void aStepOfNothingGivesNothingAndChangesNothing(OpCase opCase) {
    try (Rig rig = opCase.rig(device, 128)) {
      assertThat(rig.step()).isEmpty();
      int[] tokens = {3, 1, 4, 1, 5};
      float[][] rows = rig.read(tokens, tokens.length);
      Rig.Sequence sequence = rig.sequence();
      float[][] begun = rig.step(sequence.next(new int[] {3, 1}, 2));
      assertThat(rig.step()).isEmpty();
      float[][] ended = rig.step(sequence.next(new int[] {4, 1, 5}, 3));
      Rows.assertSameBits(
          Stream.concat(Arrays.stream(begun), Arrays.stream(ended)).toArray(float[][]::new), rows);
    }
  }

  static Stream<OpCase> ropes() {
    return OpContract.cases().filter(opCase -> opCase.name().startsWith("rope"));
  }

  @ParameterizedTest
  @MethodSource("ropes")
  void headsTurnRightlyAMillionTokensFromTheStart(OpCase opCase) {
    try (Device reference = new ReferenceDevice();
        Rig expected = opCase.rig(reference, 16);
        Rig actual = opCase.rig(device, 16)) {
      Rows.assertClose(opCase, farRows(actual), farRows(expected));
    }
  }

  private static float[][] farRows(Rig rig) {
    Rig.Sequence sequence = rig.sequence();
    sequence.skip(1_048_573);
    return rig.step(sequence.next(new int[] {0, 1, 2, 3}, 4));
  }

  /// More than a kernel has room for, and weights in encodings that models have no weights in.
  static Stream<OpCase> unusual() {
    Stream<OpCase> large =
        Stream.of(
            OpCase.of(
                "convolution of 33 taps",
                5,
                (g, in) ->
                    g.shortConv(in.next(5), in.random.normal(33, 5), null, Activation.IDENTITY)),
            OpCase.of(
                "values of 1,030 columns",
                4 + 4 + 1030,
                (g, in) ->
                    g.attention(
                        g.need(new MemoryNeed.Kv(1, 4, 1030, 0)),
                        in.next(4),
                        in.next(4),
                        in.next(1030),
                        new AttentionSpec(1, 0.3f, 0, null, 0))));
    Stream<OpCase> encodings =
        Arrays.stream(Encoding.values())
            .filter(encoding -> !OpCase.isOfWeights(encoding))
            .map(encoding ->
                OpCase.of(
                    "product " + encoding,
                    32,
                    (g, in) -> g.matMul(in.random.of(encoding, 32, 3), in.next(32))));
    return Stream.concat(large, encodings);
  }

  @ParameterizedTest
  @MethodSource("unusual")
  void whatNoKernelCanDoIsRefused(OpCase opCase) {
    int[] tokens = new Random(3).ints(50, 0, OpCase.TOKENS).toArray();
    try (Device reference = new ReferenceDevice();
        Rig expected = opCase.rig(reference, 16);
        Rig actual = opCase.rig(device, 16)) {
      Rows.assertClose(opCase, actual.read(tokens, 50), expected.read(tokens, 50));
    } catch (DeviceException refused) {
      assertThat(refused).hasMessageMatching(".*(at most \\d+|which no kernel reads)");
    }
  }

  @Test
  void aStepMayWantNothing() {
    OpCase opCase = OpCase.of("outputs", 8, (g, in) -> g.shift(in.next(8)));
    try (Rig rig = opCase.rig(device, 16)) {
      Rig.Sequence sequence = rig.sequence();
      assertThat(rig.step(sequence.next(new int[] {1, 2}, 0))).isEmpty();
      float[][] rows = rig.step(sequence.next(new int[] {3}, 1));
      Rows.assertSameBits(rows, new float[][] {rig.read(new int[] {2, 3}, 2)[1]});
    }
  }
}
