package mneme.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
    name = "tokenize",
    description = "Turns a JSON array of texts into a JSON array of arrays of token ids.")
final class Tokenize implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private ModelOption model;

  @Option(
      names = "--texts",
      required = true,
      paramLabel = "FILE",
      description = "A JSON array of strings.")
  private Path file;

  @Option(
      names = "--no-special",
      description = "Add no BOS, and read control tokens in the texts as plain text.")
  private boolean isPlain;

  @Override
  public void run() {
    JsonNode texts = JsonFiles.read(file);
    if (!texts.isArray()) {
      throw new WrongInputException("'" + file + "' is no array of texts");
    }
    ArrayNode answer = JsonFiles.JSON.createArrayNode();
    try (ModelFile opened = model.open(configured)) {
      Tokenizer tokenizer = Tokenizers.of(opened.metadata());
      for (int i = 0; i < texts.size(); i++) {
        if (!texts.get(i).isTextual()) {
          throw new WrongInputException(
              "'%s' holds %s at %d, wanted a text".formatted(file, texts.get(i), i));
        }
        ArrayNode ids = answer.addArray();
        for (int id : tokenizer.encode(texts.get(i).asText(), !isPlain)) {
          ids.add(id);
        }
      }
    }
    spec.commandLine().getOut().println(answer);
  }
}
