package mneme.text;

import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;

/// Makes the tokenizer that a model file describes.
public final class Tokenizers {
  private static final String MODEL = "tokenizer.ggml.model";

  private Tokenizers() {}

  /// The tokenizer of a whole model, held against the rows of its token table.
  ///
  /// @throws ModelFormatException as [#of(Metadata)], or if a GGUF file has more or fewer tokens
  ///   than its table has rows
  public static Tokenizer of(ModelFile file) {
    Tokenizer tokenizer = of(file.metadata());
    file.find("token_embd.weight")
        .filter(table -> table.rows() != tokenizer.vocabulary())
        .ifPresent(table -> {
          throw new ModelFormatException(
              "the tokenizer has %d tokens, tensor 'token_embd.weight' has %d rows"
                  .formatted(tokenizer.vocabulary(), table.rows()));
        });
    return tokenizer;
  }

  /// @throws ModelFormatException if the file describes none, or one that is not known or unsound
  public static Tokenizer of(Metadata metadata) {
    if (!metadata.has(MODEL) && metadata.has(HuggingFaceTokenizer.JSON)) {
      return HuggingFaceTokenizer.of(metadata);
    }
    String model = metadata.text(MODEL);
    return switch (model) {
      case "gpt2" -> GgufTokenizer.byteLevel(metadata);
      case "llama" -> GgufTokenizer.sentencePiece(metadata);
      case "gemma4" -> GgufTokenizer.characterPairs(metadata);
      case "rwkv" -> GgufTokenizer.world(metadata);
      default ->
          throw new ModelFormatException(
              "key '" + MODEL + "' is '" + model + "'; known are gpt2, llama, gemma4 and rwkv");
    };
  }
}
