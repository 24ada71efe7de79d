package mneme.text;

import com.fasterxml.jackson.databind.JsonNode;
import mneme.format.ModelFormatException;

/// The tokens that a `tokenizer.json` puts around a single text.
record HuggingFaceTemplate(int[] before, int[] after) {
  static HuggingFaceTemplate of(JsonNode processor, Vocabulary vocabulary) {
    IdList before = new IdList();
    IdList after = new IdList();
    read(processor, vocabulary, before, after);
    return new HuggingFaceTemplate(before.toArray(), after.toArray());
  }

  private static void read(JsonNode step, Vocabulary vocabulary, IdList before, IdList after) {
    switch (step.path("type").asText("")) {
      case "", "ByteLevel" -> {}
      case "Sequence" ->
          step.path("processors").forEach(each -> read(each, vocabulary, before, after));
      case "TemplateProcessing" -> {
        IdList side = before;
        for (JsonNode part : step.path("single")) {
          if (part.has("Sequence")) {
            side = after;
          } else {
            String name = part.path("SpecialToken").path("id").asText();
            for (JsonNode id : step.path("special_tokens").path(name).path("ids")) {
              side.add(checked(id, vocabulary));
            }
          }
        }
      }
      case "BertProcessing", "RobertaProcessing" -> {
        before.add(checked(step.path("cls").path(1), vocabulary));
        after.add(checked(step.path("sep").path(1), vocabulary));
      }
      default ->
          throw new ModelFormatException(
              "tokenizer.json has the post_processor " + step.path("type") + ", not known here");
    }
  }

  private static int checked(JsonNode id, Vocabulary vocabulary) {
    if (!id.isInt() || id.asInt() < 0 || id.asInt() >= vocabulary.size()) {
      throw new ModelFormatException(
          "tokenizer.json puts token " + id + " around texts, of " + vocabulary.size());
    }
    return id.asInt();
  }
}
