package mneme.text.jinja;

/// What one render may use.
///
/// @param steps expressions and statements run, plus elements and characters looked at
/// @param outputCharacters length of the rendered prompt
/// @param scratchCharacters characters of all strings made on the way, together
/// @param depth how deep expressions, statements and macro calls may nest
public record Limits(long steps, long outputCharacters, long scratchCharacters, int depth) {
  /// Enough for a conversation of a million tokens in every template we know.
  public static final Limits DEFAULT = new Limits(20_000_000, 16_000_000, 128_000_000, 600);

  /// How deep values may nest, of the context and of those a template builds.
  static final int VALUE_DEPTH = 500;
}
