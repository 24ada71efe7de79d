package mneme.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import mneme.format.Metadata;
import mneme.format.ModelFormatException;

/// Reads the `tokenizer.ggml.*` keys of a GGUF file.
final class GgufTokenizer {
  private static final String KEYS = "tokenizer.ggml.";

  private final Metadata metadata;
  private final EndTokens.Marked tokens;

  private GgufTokenizer(Metadata metadata) {
    this.metadata = metadata;
    List<String> texts = metadata.texts(KEYS + "tokens");
    if (texts.isEmpty()) {
      throw new ModelFormatException("key '" + KEYS + "tokens' is empty");
    }
    List<TokenKind> kinds = kinds(texts.size());
    Set<Integer> ends = new HashSet<>();
    for (String end : List.of("eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep")) {
      id(end, texts.size()).ifPresent(ends::add);
    }
    this.tokens = EndTokens.mark(Vocabulary.of(texts, kinds), ends);
  }

  static Tokenizer byteLevel(Metadata metadata) {
    GgufTokenizer file = new GgufTokenizer(metadata);
    PreTokenizers.Choice choice = PreTokenizers.of(metadata.text(KEYS + "pre", "default"));
    BytePairs pairs = new BytePairs(file.vocabulary(), file.merges());
    Segmenter segmenter =
        new ByteLevelSegmenter(file.vocabulary(), choice.words(), pairs, choice.ignoresMerges());
    return file.tokenizer(
        TokenBytes.of(file.vocabulary(), ByteAlphabet::meant), segmenter, choice.addsBos(), false);
  }

  static Tokenizer sentencePiece(Metadata metadata) {
    GgufTokenizer file = new GgufTokenizer(metadata);
    List<Double> scores = metadata.reals(KEYS + "scores");
    file.checkLength("scores", scores.size());
    boolean space = metadata.flag(KEYS + "add_space_prefix", true);
    Segmenter segmenter =
        new CharacterSegmenter(
            file.vocabulary(),
            new ScoredPairs(file.vocabulary(), scores),
            new CharacterSegmenter.Rules(space, PreTokenizer.WHOLE, _ -> false, file.unknown()));
    return file.tokenizer(
        TokenBytes.of(file.vocabulary(), TokenBytes::spaced), segmenter, true, space);
  }

  static Tokenizer characterPairs(Metadata metadata) {
    GgufTokenizer file = new GgufTokenizer(metadata);
    Segmenter segmenter =
        new CharacterSegmenter(
            file.vocabulary(),
            new BytePairs(file.vocabulary(), file.merges()),
            new CharacterSegmenter.Rules(
                false, PreTokenizer.LINES, c -> c == '\n', file.unknown()));
    return file.tokenizer(
        TokenBytes.of(file.vocabulary(), TokenBytes::spaced), segmenter, true, false);
  }

  static Tokenizer world(Metadata metadata) {
    GgufTokenizer file = new GgufTokenizer(metadata);
    byte[][] bytes = new byte[file.vocabulary().size()][];
    for (int id = 0; id < bytes.length; id++) {
      bytes[id] = Escapes.bytes(file.vocabulary().texts().get(id));
    }
    Segmenter segmenter = new WorldSegmenter(bytes, Math.max(0, file.unknown()));
    return file.tokenizer(bytes, segmenter, false, false);
  }

  private Vocabulary vocabulary() {
    return tokens.vocabulary();
  }

  private List<TokenKind> kinds(int size) {
    String key = KEYS + "token_type";
    if (!metadata.has(key)) {
      return java.util.Collections.nCopies(size, TokenKind.NORMAL);
    }
    List<Long> numbers = metadata.integers(key);
    if (numbers.size() != size) {
      throw lengths("token_type", numbers.size(), size);
    }
    return numbers.stream().map(TokenKind::of).toList();
  }

  private void checkLength(String key, int length) {
    if (length != vocabulary().size()) {
      throw lengths(key, length, vocabulary().size());
    }
  }

  private static ModelFormatException lengths(String key, int length, int size) {
    return new ModelFormatException(
        "key '" + KEYS + key + "' has " + length + " entries for " + size + " tokens");
  }

  private List<BytePairs.Merge> merges() {
    List<String> lines = metadata.texts(KEYS + "merges");
    if (lines.isEmpty()) {
      throw new ModelFormatException("key '" + KEYS + "merges' is empty");
    }
    List<BytePairs.Merge> merges = new ArrayList<>(lines.size());
    for (String line : lines) {
      merges.add(BytePairs.parse(line));
    }
    return merges;
  }

  private int unknown() {
    return id("unknown", vocabulary().size()).orElse(-1);
  }

  private Optional<Integer> id(String name, int size) {
    String key = KEYS + name + "_token_id";
    if (!metadata.has(key)) {
      return Optional.empty();
    }
    int id = metadata.integer(key);
    if (id == -1) {
      return Optional.empty();
    }
    if (id < 0 || id >= size) {
      throw new ModelFormatException(
          "key '" + key + "' is " + id + ", the vocabulary has " + size + " tokens");
    }
    return Optional.of(id);
  }

  private Tokenizer tokenizer(byte[][] bytes, Segmenter segmenter, boolean addsBos, boolean space) {
    WrittenTokens written = new WrittenTokens();
    boolean eatsBlanks = isPhi3();
    for (int id = 0; id < vocabulary().size(); id++) {
      TokenKind kind = vocabulary().kinds().get(id);
      String text = vocabulary().texts().get(id);
      if (kind.isWritten()) {
        boolean eats = eatsBlanks && !Set.of("<unk>", "<s>", "<|endoftext|>").contains(text);
        written.add(
            text,
            id,
            kind != TokenKind.USER_DEFINED,
            eats ? WrittenTokens.Blanks.EATEN_AFTER : WrittenTokens.Blanks.KEPT);
      }
    }
    Optional<Integer> bos = id("bos", vocabulary().size());
    Optional<Integer> eos = id("eos", vocabulary().size());
    ModelTokenizer.Affixes affixes =
        new ModelTokenizer.Affixes(
            affix("bos", metadata.flag(KEYS + "add_bos_token", addsBos), bos),
            affix("eos", metadata.flag(KEYS + "add_eos_token", false), eos),
            bos.map(vocabulary().texts()::get).orElse(""),
            eos.map(vocabulary().texts()::get).orElse(""),
            space);
    return new ModelTokenizer(tokens, bytes, written, segmenter, affixes);
  }

  private static int[] affix(String name, boolean adds, Optional<Integer> id) {
    if (adds && id.isEmpty()) {
      throw new ModelFormatException(
          "'"
              + name
              + "' is to be added to texts, but key '"
              + KEYS
              + name
              + "_token_id' is missing");
    }
    return adds ? new int[] {id.orElseThrow()} : new int[0];
  }

  /// The tokenizer of Phi-3 takes blanks after its control tokens away, and files do not say so.
  private boolean isPhi3() {
    String name = metadata.text("general.name", "").toLowerCase(Locale.ROOT);
    return name.contains("phi-3") || name.contains("phi3");
  }
}
