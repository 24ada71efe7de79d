package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Op;
import mneme.memory.KvEncoding;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The cases of [OpContract] leave nothing out.
class OpCasesTest {
  /// The identity is no op of its own, and after a convolution models have two curves only; each
  /// curve is tried in `Gated`.
  private static final Set<String> FEWER = Set.of("Activate.kind", "ShortConv.kind");

  private static Stream<Op> ops(Stream<OpCase> cases) {
    return cases.flatMap(opCase -> opCase.graph().ops().stream());
  }

  private static Stream<OpCase> edges() {
    return Stream.concat(EdgeCases.all(), EdgeMemoryCases.all());
  }

  private static List<String> allOps() {
    return Stream.concat(
            Arrays.stream(Op.class.getPermittedSubclasses()),
            Arrays.stream(Op.Stateful.class.getPermittedSubclasses()))
        .filter(Class::isRecord)
        .map(Class::getSimpleName)
        .distinct()
        .toList();
  }

  private static Set<String> names(Stream<OpCase> cases) {
    return ops(cases).map(op -> op.getClass().getSimpleName()).collect(Collectors.toSet());
  }

  @Test
  void everyOpHasACase() {
    assertThat(names(OpContract.cases())).containsAll(allOps());
    assertThat(names(BatchContract.oneOfEachOp())).containsAll(allOps());
  }

  /// A diagonal of blocks has no shape that a product has not.
  @Test
  void everyOpHasACaseAtTheEdges() {
    List<String> all =
        allOps().stream()
            .filter(name -> !name.equals(Op.BlockMatMul.class.getSimpleName()))
            .toList();
    assertThat(names(edges())).containsAll(all);
  }

  @Test
  void everyEncodingOfWeightsMeetsEveryOpThatReadsMatrices() {
    Map<String, Set<Encoding>> met = new TreeMap<>();
    ops(OpContract.cases())
        .forEach(op ->
            matrix(op)
                .forEach(tensor ->
                    met.computeIfAbsent(op.getClass().getSimpleName(), _ -> new TreeSet<>())
                        .add(tensor.encoding())));
    assertThat(met).containsOnlyKeys("Embed", "MatMul", "BlockMatMul", "ExpertMatMul");
    assertThat(met.values())
        .allSatisfy(encodings -> assertThat(encodings).containsAll(OpCase.weightEncodings()));
  }

  private static Stream<Tensor> matrix(Op op) {
    return switch (op) {
      case Op.Embed o -> Stream.of(o.table());
      case Op.MatMul o -> Stream.of(o.weight());
      case Op.BlockMatMul o -> Stream.of(o.weight());
      case Op.ExpertMatMul o -> Stream.of(o.weight());
      default -> Stream.empty();
    };
  }

  @Test
  void everyPairOfEncodingsOfKeysAndValuesIsTried() {
    Set<KvEncoding> tried = OpContract.cases().map(OpCase::encoding).collect(Collectors.toSet());
    List<Encoding> all = OpCases.kvEncodings();
    assertThat(all).contains(Encoding.F32, Encoding.F16, Encoding.BF16, Encoding.Q8_0);
    assertThat(tried)
        .containsAll(
            all.stream()
                .flatMap(keys -> all.stream().map(values -> new KvEncoding(keys, values)))
                .toList());
  }

  /// A bias, a decay, a window of sinks: whatever an op may have is there in one case and not in
  /// another. So is each constant of an enum, and each truth value.
  @Test
  void everyChoiceThatAnOpHasIsMadeBothWays() {
    Map<String, Set<Object>> made = new TreeMap<>();
    ops(OpContract.cases()).forEach(op -> note(op.getClass().getSimpleName(), (Record) op, made));
    assertThat(made).isNotEmpty();
    made.forEach((choice, ways) ->
        assertThat(ways).as("ways of %s", choice).hasSizeGreaterThanOrEqualTo(ways(ways)));
  }

  private static int ways(Set<Object> ways) {
    return ways.stream()
        .filter(Enum.class::isInstance)
        .findFirst()
        .map(way -> ((Enum<?>) way).getDeclaringClass().getEnumConstants().length)
        .orElse(2);
  }

  private static void note(String path, Record record, Map<String, Set<Object>> made) {
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      String choice = path + "." + component.getName();
      Object value = value(component, record);
      if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
        made.computeIfAbsent(choice, _ -> new HashSet<>()).add(value != null);
      }
      if (value instanceof Boolean || value instanceof Enum<?> && !FEWER.contains(choice)) {
        made.computeIfAbsent(choice, _ -> new HashSet<>()).add(value);
      }
      if (value instanceof Record part && part.getClass().getPackage() == Op.class.getPackage()) {
        note(choice, part, made);
      }
    }
  }

  private static @Nullable Object value(RecordComponent component, Record record) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
