package mneme.device.accelerator;

import java.util.Map;
import java.util.TreeMap;
import mneme.format.Encoding;
import mneme.format.Tensor;

/// A kernel of one of the kernel files, and what is defined where it is compiled.
public record Kernel(String file, String name, Map<String, Integer> definitions) {
  private static final String PARTS = "PARTS";
  private static final String ENCODING = "ENCODING";
  private static final String SUBGROUP = "SUBGROUP";

  public Kernel {
    definitions = Map.copyOf(definitions);
  }

  static Kernel rows(String name) {
    return new Kernel("rows", name, Map.of());
  }

  /// A kernel that works on a pool.
  ///
  /// @param poolParts as [Accelerator#poolParts] says
  static Kernel memory(String name, int poolParts) {
    return new Kernel("memory", name, Map.of(PARTS, poolParts));
  }

  static Kernel probe(String name) {
    return new Kernel("probe", name, Map.of());
  }

  /// A scan that keeps rows or columns of `state` numbers in registers.
  ///
  /// @param poolParts as [Accelerator#poolParts] says
  static Kernel scan(String name, int state, int poolParts) {
    return new Kernel("scans", name, Map.of(PARTS, poolParts, "STATE", state));
  }

  /// The same with one definition more.
  Kernel with(String definition, int number) {
    var all = new TreeMap<>(definitions);
    all.put(definition, number);
    return new Kernel(file, name, all);
  }

  static Kernel select(String name) {
    return new Kernel("select", name, Map.of());
  }

  /// A kernel that reads the weights of `tensor`.
  ///
  /// @param rows of the input that an item works on together
  static Kernel matrix(String name, Tensor tensor, int rows) {
    Map<String, Integer> definitions = weights(tensor.encoding(), tensor.columns());
    definitions.put("ROWS", rows);
    return new Kernel("matrix", name, definitions);
  }

  /// A kernel that works with weights in matrix units, or prepares for it.
  static Kernel unit(String name, Encoding encoding, int columns, MatrixUnit unit) {
    Map<String, Integer> definitions = weights(encoding, columns);
    definitions.put("UNIT_M", unit.m());
    definitions.put("UNIT_N", unit.n());
    definitions.put("UNIT_K", unit.k());
    definitions.put(SUBGROUP, unit.subgroup());
    definitions.put("UNIT_ITEMS", unit.items());
    return new Kernel("unit", name, definitions);
  }

  private static Map<String, Integer> weights(Encoding encoding, int columns) {
    Map<String, Integer> definitions = new TreeMap<>();
    definitions.put(ENCODING, encoding.ggufId());
    definitions.put("BLOCK_BYTES", encoding.blockBytes());
    definitions.put("BLOCK_ELEMENTS", encoding.blockElements());
    definitions.put("RAGGED", columns % 32 == 0 ? 0 : 1);
    return definitions;
  }

  boolean readsWeights() {
    return definitions.containsKey(ENCODING);
  }

  /// Items of the subgroups that the kernel is built for; 0: of any.
  public int subgroup() {
    return definitions.getOrDefault(SUBGROUP, 0);
  }

  /// Parts of the pool that the kernel takes; 0: it takes no pool.
  public int poolParts() {
    return definitions.getOrDefault(PARTS, 0);
  }

  /// A kernel that reads keys and values of one shape from a pool.
  static Kernel attention(String name, AttentionShape shape, int slots, int poolParts) {
    return new Kernel(
        "attention",
        name,
        Map.of(
            PARTS,
            poolParts,
            "KEY_ENCODING",
            shape.keys().ggufId(),
            "KEY_WIDTH",
            shape.keyWidth(),
            "VALUE_ENCODING",
            shape.values().ggufId(),
            "VALUE_ROW_WIDTH",
            shape.valueRowWidth(),
            "VALUE_WIDTH",
            shape.valueWidth(),
            "CAPPED",
            shape.isCapped() ? 1 : 0,
            "SLOTS",
            slots));
  }

  /// The definitions as lines of a preprocessor, always in the same order.
  String defined() {
    var lines = new StringBuilder();
    new TreeMap<>(definitions)
        .forEach((name, number) -> lines.append("#define %s %d\n".formatted(name, number)));
    return lines.toString();
  }
}
