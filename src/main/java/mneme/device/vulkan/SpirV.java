package mneme.device.vulkan;

import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Says of a shader in SPIR-V what GLSL has no words for: no product may be contracted with a sum,
/// and infinities and NaN are kept. OpenCL C has a pragma for the first and does the second by
/// itself.
final class SpirV {
  private static final int HEADER_WORDS = 5;
  private static final int ENTRY_POINT = 15;
  private static final int EXECUTION_MODE = 16;
  private static final int CAPABILITY = 17;
  private static final int TYPE_VOID = 19;
  private static final int TYPE_FORWARD_POINTER = 39;
  private static final int DECORATE = 71;

  /// Negation, sum, difference, product and quotient of floating-point numbers.
  private static final Set<Integer> ARITHMETIC = Set.of(127, 129, 131, 133, 136);

  private static final int NO_CONTRACTION = 42;
  private static final int KEEP_NAN_CAPABILITY = 4466;
  private static final int KEEP_NAN_MODE = 4461;

  private final int[] words;
  private final List<Integer> out = new ArrayList<>();

  private SpirV(IntBuffer shader) {
    words = new int[shader.remaining()];
    shader.get(shader.position(), words);
  }

  /// @param keepsNan whether the device can be told to keep infinities and NaN of f32
  static int[] strict(IntBuffer shader, boolean keepsNan) {
    return new SpirV(shader).strict(keepsNan);
  }

  private int[] strict(boolean keepsNan) {
    for (int i = 0; i < HEADER_WORDS; i++) {
      out.add(words[i]);
    }
    if (keepsNan) {
      instruction(CAPABILITY, KEEP_NAN_CAPABILITY);
    }
    boolean decorated = false;
    for (int at = HEADER_WORDS; at < words.length; at += length(at)) {
      if (!decorated && isType(at)) {
        decorate();
        decorated = true;
      }
      for (int i = 0; i < length(at); i++) {
        out.add(words[at + i]);
      }
      if (keepsNan && code(at) == ENTRY_POINT) {
        instruction(EXECUTION_MODE, words[at + 2], KEEP_NAN_MODE, Float.SIZE);
      }
    }
    return out.stream().mapToInt(Integer::intValue).toArray();
  }

  private boolean isType(int at) {
    return code(at) >= TYPE_VOID && code(at) <= TYPE_FORWARD_POINTER;
  }

  /// Decorations stand before the first type.
  private void decorate() {
    for (int at = HEADER_WORDS; at < words.length; at += length(at)) {
      if (ARITHMETIC.contains(code(at))) {
        instruction(DECORATE, words[at + 2], NO_CONTRACTION);
      }
    }
  }

  private void instruction(int code, int... operands) {
    out.add(operands.length + 1 << 16 | code);
    for (int operand : operands) {
      out.add(operand);
    }
  }

  private int code(int at) {
    return words[at] & 0xFFFF;
  }

  private int length(int at) {
    return words[at] >>> 16;
  }
}
