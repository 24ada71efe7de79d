package mneme.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import mneme.format.ModelFile;
import mneme.text.Tokenizer;
import mneme.text.Tokenizers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "detokenize",
    description = {
      "Turns a JSON array of arrays of token ids into a JSON array of texts.",
      "Control tokens give their written form; bytes that are no UTF-8 give U+FFFD."
    })
final class Detokenize implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private ModelOption model;

  @Option(
      names = {"--ids", "--tokens"},
      required = true,
      paramLabel = "FILE",
      description = "A JSON array of arrays of token ids.")
  private Path file;

  @Option(names = "--no-special", description = "Leave control tokens out.")
  private boolean isPlain;

  @Override
  public void run() {
    JsonNode lists = JsonFiles.read(file);
    if (!lists.isArray()) {
      throw new WrongInputException("'" + file + "' is no array of arrays of token ids");
    }
    ArrayNode answer = JsonFiles.JSON.createArrayNode();
    try (ModelFile opened = model.open(configured)) {
      Tokenizer tokenizer = Tokenizers.of(opened.metadata());
      for (int i = 0; i < lists.size(); i++) {
        answer.add(text(tokenizer, JsonFiles.ids(lists.get(i), "'" + file + "' at " + i)));
      }
    }
    spec.commandLine().getOut().println(answer);
  }

  private String text(Tokenizer tokenizer, int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (id >= tokenizer.vocabulary()) {
        throw new WrongInputException(
            "'%s' holds token %d, but the vocabulary ends at %d"
                .formatted(file, id, tokenizer.vocabulary() - 1));
      }
      if (!isPlain || !tokenizer.isControl(id)) {
        bytes.writeBytes(tokenizer.bytes(id));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
