package mneme.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import mneme.format.Metadata;
import mneme.format.ModelFormatException;

/// Reads a `tokenizer.json` of Hugging Face's tokenizers library, which puts a tokenizer together
/// from steps. A step that is not known is refused: without it the ids would be wrong.
final class HuggingFaceTokenizer {
  static final String JSON = "tokenizer.huggingface.json";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Metadata metadata;
  private final JsonNode file;
  private final JsonNode model;
  private final HuggingFaceVocabulary given;
  private final EndTokens.Marked tokens;

  private HuggingFaceTokenizer(Metadata metadata, JsonNode file) {
    this.metadata = metadata;
    this.file = file;
    this.model = file.path("model");
    this.given = HuggingFaceVocabulary.of(file, metadata.integer("config.vocab_size", 0));
    this.tokens = EndTokens.mark(given.vocabulary(), ends());
  }

  static Tokenizer of(Metadata metadata) {
    try {
      JsonNode file = MAPPER.readTree(metadata.text(JSON));
      return new HuggingFaceTokenizer(metadata, file).tokenizer();
    } catch (JsonProcessingException e) {
      throw new ModelFormatException("tokenizer.json is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private Vocabulary vocabulary() {
    return tokens.vocabulary();
  }

  private Set<Integer> ends() {
    Set<Integer> ends = new HashSet<>();
    for (String key : List.of("config.eos_token_id", "generation.eos_token_id")) {
      if (metadata.isList(key)) {
        metadata.integers(key).forEach(id -> ends.add(checked(key, id)));
      } else if (metadata.has(key)) {
        ends.add(checked(key, metadata.integer(key)));
      }
    }
    int eos = given.vocabulary().id(special("eos_token"));
    if (eos >= 0) {
      ends.add(eos);
    }
    return ends;
  }

  private int checked(String key, long id) {
    if (id < 0 || id >= given.vocabulary().size()) {
      throw new ModelFormatException(
          "key '%s' is %d, the vocabulary has %d tokens"
              .formatted(key, id, given.vocabulary().size()));
    }
    return (int) id;
  }

  /// The text of a token that `tokenizer_config.json` names, as it is or in an object; empty if
  /// none.
  private String special(String name) {
    String key = "tokenizer.config." + name;
    return metadata.text(key, metadata.text(key + ".content", ""));
  }

  private Tokenizer tokenizer() {
    HuggingFaceSteps steps = HuggingFaceSteps.of(file);
    Segmenter segmenter = segmenter(steps);
    Function<String, byte[]> meaning = steps.byteLevel() ? ByteAlphabet::meant : TokenBytes::spaced;
    HuggingFaceTemplate template =
        HuggingFaceTemplate.of(file.path("post_processor"), vocabulary());
    ModelTokenizer.Affixes affixes =
        new ModelTokenizer.Affixes(
            template.before(),
            template.after(),
            special("bos_token"),
            special("eos_token"),
            steps.dropsSpace());
    return new ModelTokenizer(
        tokens, TokenBytes.of(vocabulary(), meaning), written(), segmenter, affixes);
  }

  private WrittenTokens written() {
    WrittenTokens written = new WrittenTokens();
    for (HuggingFaceVocabulary.Added added : given.added()) {
      TokenKind kind = vocabulary().kinds().get(added.id());
      written.add(added.text(), added.id(), kind != TokenKind.USER_DEFINED, added.blanks());
    }
    return written;
  }

  private Segmenter segmenter(HuggingFaceSteps steps) {
    Segmenter inner =
        switch (model.path("type").asText("BPE")) {
          case "BPE" -> pairs(steps);
          case "Unigram" -> unigram(steps);
          default ->
              throw new ModelFormatException(
                  "tokenizer.json has the model " + model.path("type") + "; known: BPE, Unigram");
        };
    return (text, first, ids) -> inner.segment(steps.ready(text, first), first, ids);
  }

  private Segmenter pairs(HuggingFaceSteps steps) {
    for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!model.path(affix).asText("").isEmpty() && !model.path(affix).isNull()) {
        throw new ModelFormatException("tokenizer.json marks parts of words: " + affix);
      }
    }
    BytePairs pairs = new BytePairs(vocabulary(), merges());
    boolean ignoresMerges = model.path("ignore_merges").asBoolean(false);
    if (steps.byteLevel()) {
      return new ByteLevelSegmenter(vocabulary(), steps.words(), pairs, ignoresMerges);
    }
    int unknown = vocabulary().id(model.path("unk_token").asText(""));
    return new CharacterSegmenter(
        vocabulary(),
        pairs,
        new CharacterSegmenter.Rules(false, steps.words(), _ -> ignoresMerges, unknown));
  }

  private List<BytePairs.Merge> merges() {
    List<BytePairs.Merge> merges = new ArrayList<>(model.path("merges").size());
    for (JsonNode merge : model.path("merges")) {
      if (merge.isArray() && merge.size() == 2) {
        merges.add(new BytePairs.Merge(merge.get(0).asText(), merge.get(1).asText()));
      } else {
        merges.add(BytePairs.parse(merge.asText()));
      }
    }
    return merges;
  }

  private Segmenter unigram(HuggingFaceSteps steps) {
    int unknown = model.path("unk_id").asInt(-1);
    boolean bytes = model.path("byte_fallback").asBoolean(false);
    Segmenter whole = new UnigramSegmenter(vocabulary(), given.scores(), unknown, bytes);
    return (text, first, ids) -> {
      int[] codePoints = Utf8.codePoints(text);
      steps
          .words()
          .split(
              codePoints,
              (from, to) -> whole.segment(new String(codePoints, from, to - from), first, ids));
    };
  }
}
