package mneme.memory;

/// What one mixer must remember for one sequence. Sizes are in numbers, not bytes: the encoding of
/// keys and values is a parameter of the plan, so it can change without touching a model.
public sealed interface MemoryNeed {
  /// One row of keys and one of values a token. `valueWidth` 0 is a latent cache: one row a token,
  /// whose first part serves as the value (multi-head latent attention). `windowTokens` 0 keeps
  /// every token; w keeps the token itself and w - 1 before it.
  record Kv(int heads, int keyWidth, int valueWidth, int windowTokens) implements MemoryNeed {}

  /// A fixed number of f32 values a sequence, whatever its length.
  record State(long floats) implements MemoryNeed {}
}
