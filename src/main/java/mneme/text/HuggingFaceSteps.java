package mneme.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import mneme.format.ModelFormatException;

/// How a `tokenizer.json` makes text ready for its model: normalizer, then pre-tokenizer; and what
/// its decoder takes away again.
final class HuggingFaceSteps {
  private final List<UnaryOperator<String>> normalizers = new ArrayList<>();
  private final List<List<Rule>> stages = new ArrayList<>();
  private boolean byteLevel;
  private boolean dropsSpace;
  private Prefix prefix = Prefix.NEVER;

  /// Where a blank is put before text, unless it begins with one.
  private enum Prefix {
    NEVER,
    FIRST,
    ALWAYS
  }

  private HuggingFaceSteps() {}

  /// @throws ModelFormatException if a step is not known
  static HuggingFaceSteps of(JsonNode file) {
    HuggingFaceSteps steps = new HuggingFaceSteps();
    steps.addNormalizer(file.path("normalizer"));
    steps.addWords(file.path("pre_tokenizer"));
    steps.addDecoder(file.path("decoder"));
    return steps;
  }

  /// Whether the model works on bytes written as characters.
  boolean byteLevel() {
    return byteLevel;
  }

  /// Whether decoding takes away a blank before the text.
  boolean dropsSpace() {
    return dropsSpace;
  }

  PreTokenizer words() {
    return new PreTokenizer(stages);
  }

  /// @param first whether the text begins the sequence
  String ready(String text, boolean first) {
    String ready = text;
    for (UnaryOperator<String> normalizer : normalizers) {
      ready = normalizer.apply(ready);
    }
    boolean wants = prefix == Prefix.ALWAYS || prefix == Prefix.FIRST && first;
    boolean has = ready.startsWith(" ") || ready.startsWith("" + CharacterSegmenter.BLANK);
    return wants && !has ? (byteLevel ? ' ' : CharacterSegmenter.BLANK) + ready : ready;
  }

  private void addNormalizer(JsonNode step) {
    switch (step.path("type").asText("")) {
      case "" -> {}
      case "Sequence" -> step.path("normalizers").forEach(this::addNormalizer);
      case "NFC" -> normalizers.add(new Normalization(Normalizer.Form.NFC));
      case "NFD" -> normalizers.add(new Normalization(Normalizer.Form.NFD));
      case "NFKC" -> normalizers.add(new Normalization(Normalizer.Form.NFKC));
      case "NFKD" -> normalizers.add(new Normalization(Normalizer.Form.NFKD));
      case "Lowercase" -> normalizers.add(text -> text.toLowerCase(Locale.ROOT));
      case "Prepend" -> {
        String before = step.path("prepend").asText();
        normalizers.add(text -> text.isEmpty() ? text : before + text);
      }
      case "Replace" -> normalizers.add(replacing(step));
      default -> throw unknown("normalizer", step);
    }
  }

  private static UnaryOperator<String> replacing(JsonNode step) {
    String pattern = step.path("pattern").path("String").asText("");
    if (pattern.isEmpty()) {
      throw unknown("normalizer", step);
    }
    String by = step.path("content").asText();
    return text -> text.replace(pattern, by);
  }

  private void addWords(JsonNode step) {
    switch (step.path("type").asText("")) {
      case "" -> {}
      case "Sequence" -> step.path("pretokenizers").forEach(this::addWords);
      case "ByteLevel" -> addByteLevel(step);
      case "Split" -> addSplit(step);
      case "Digits" ->
          stages.add(
              List.of(
                  step.path("individual_digits").asBoolean()
                      ? Rule.run(Letters::number, 1)
                      : Rule.run(Letters::number)));
      case "Punctuation" -> addPunctuation(step);
      case "Metaspace" -> addMetaspace(step);
      default -> throw unknown("pre_tokenizer", step);
    }
  }

  private void addByteLevel(JsonNode step) {
    byteLevel = true;
    if (step.path("add_prefix_space").asBoolean()) {
      if (!stages.isEmpty()) {
        throw unknown("pre_tokenizer", step);
      }
      prefix = Prefix.ALWAYS;
      dropsSpace = true;
    }
    if (step.path("use_regex").asBoolean(true)) {
      stages.addAll(PreTokenizers.gpt2().stages());
    }
  }

  private void addSplit(JsonNode step) {
    String behavior = step.path("behavior").asText();
    boolean keepsAll =
        behavior.equals("Isolated")
            || behavior.equals("Removed") && step.path("invert").asBoolean();
    JsonNode pattern = step.path("pattern");
    if (pattern.path("String").asText("").equals(" ") && replacesBlanks()) {
      return;
    }
    if (!keepsAll || !pattern.path("Regex").isTextual()) {
      throw unknown("pre_tokenizer", step);
    }
    stages.add(Patterns.rules(pattern.path("Regex").asText()));
  }

  private boolean replacesBlanks() {
    return ready("a b", false).indexOf(' ') < 0;
  }

  private void addPunctuation(JsonNode step) {
    switch (step.path("behavior").asText("Isolated")) {
      case "Isolated" -> stages.add(List.of(Rule.run(HuggingFaceSteps::isPunctuation, 1)));
      case "Contiguous" -> stages.add(List.of(Rule.run(HuggingFaceSteps::isPunctuation)));
      default -> throw unknown("pre_tokenizer", step);
    }
  }

  private static boolean isPunctuation(int c) {
    return Letters.asciiPunctuation(c) || Letters.punctuation(c);
  }

  private void addMetaspace(JsonNode step) {
    if (!step.path("replacement").asText("\u2581").equals("\u2581")) {
      throw unknown("pre_tokenizer", step);
    }
    prefix = prefix(step);
    normalizers.add(text -> text.replace(' ', CharacterSegmenter.BLANK));
    if (step.path("split").asBoolean(true)) {
      stages.add(
          List.of((text, from, to) ->
              Rule.skip(text, from + 1, to, c -> c != CharacterSegmenter.BLANK)));
    }
  }

  private static Prefix prefix(JsonNode step) {
    boolean old = step.path("add_prefix_space").asBoolean(true);
    return switch (step.path("prepend_scheme").asText(old ? "always" : "never")) {
      case "always" -> Prefix.ALWAYS;
      case "first" -> Prefix.FIRST;
      default -> Prefix.NEVER;
    };
  }

  private void addDecoder(JsonNode step) {
    switch (step.path("type").asText("")) {
      case "", "ByteLevel", "Replace", "ByteFallback", "Fuse" -> {}
      case "Sequence" -> step.path("decoders").forEach(this::addDecoder);
      case "Strip" -> dropsSpace |= step.path("start").asInt() > 0;
      case "Metaspace" -> dropsSpace |= prefix(step) != Prefix.NEVER;
      default -> throw unknown("decoder", step);
    }
  }

  private static ModelFormatException unknown(String place, JsonNode step) {
    String shown = step.toString();
    return new ModelFormatException(
        "tokenizer.json has the %s %s, which is not known here"
            .formatted(place, shown.length() > 300 ? shown.substring(0, 300) + "..." : shown));
  }
}
