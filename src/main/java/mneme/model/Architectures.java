package mneme.model;

import java.util.Comparator;
import java.util.List;
import mneme.format.ModelFile;
import mneme.format.ModelFormatException;
import mneme.graph.Graph;
import mneme.model.arch.Arwkv7;
import mneme.model.arch.Cohere2;
import mneme.model.arch.Deepseek2;
import mneme.model.arch.FalconH1;
import mneme.model.arch.Gemma;
import mneme.model.arch.Gemma4;
import mneme.model.arch.GptOss;
import mneme.model.arch.Granite;
import mneme.model.arch.Jamba;
import mneme.model.arch.KimiLinear;
import mneme.model.arch.Lfm2;
import mneme.model.arch.Llama;
import mneme.model.arch.Mamba;
import mneme.model.arch.MambaTwo;
import mneme.model.arch.Minimax01;
import mneme.model.arch.NemotronH;
import mneme.model.arch.Olmo2;
import mneme.model.arch.Olmoe;
import mneme.model.arch.Phi3;
import mneme.model.arch.Plamo2;
import mneme.model.arch.Qwen;
import mneme.model.arch.QwenDelta;
import mneme.model.arch.RecurrentGemma;
import mneme.model.arch.Rwkv4;
import mneme.model.arch.Rwkv6;
import mneme.model.arch.Rwkv6Qwen2;
import mneme.model.arch.Rwkv7;
import mneme.model.arch.Smollm3;
import mneme.model.arch.Xlstm;
import mneme.model.arch.XlstmLm;

/// Every architecture that Mneme knows, one line each.
public final class Architectures {
  private static final List<Architecture> ALL =
      List.of(
          new Arwkv7(),
          new Cohere2(),
          new Deepseek2(),
          new FalconH1(),
          new Gemma(),
          new Gemma4(),
          new GptOss(),
          new Granite(),
          new Jamba(),
          new KimiLinear(),
          new Lfm2(),
          new Llama(),
          new Mamba(),
          new MambaTwo(),
          new Minimax01(),
          new NemotronH(),
          new Olmo2(),
          new Olmoe(),
          new Phi3(),
          new Plamo2(),
          new Qwen(),
          new QwenDelta(),
          new RecurrentGemma(),
          new Rwkv4(),
          new Rwkv6(),
          new Rwkv6Qwen2(),
          new Rwkv7(),
          new Smollm3(),
          new Xlstm(),
          new XlstmLm());

  private Architectures() {}

  /// The forward pass of the model in `file`.
  ///
  /// @param contextTokens the longest sequence to be served; few families depend on it
  /// @throws ModelFormatException if no family answers to the file's architecture, or the one that
  ///   does cannot use the file
  public static Graph graph(ModelFile file, int contextTokens) {
    String name = file.metadata().architecture();
    Architecture family =
        ALL.stream()
            .filter(architecture -> architecture.names().contains(name))
            .findFirst()
            .orElseThrow(() -> unknown(name));
    Watched watched = new Watched(file);
    try {
      Graph graph = family.graph(HuggingFace.translated(watched), contextTokens);
      watched.refuseUnknown();
      return graph;
    } catch (ArithmeticException e) {
      throw new ModelFormatException("sizes in this file's header overflow, or divide by zero", e);
    }
  }

  /// Every name of `general.architecture` that is known, in alphabetical order.
  public static List<String> names() {
    return ALL.stream()
        .flatMap(architecture -> architecture.names().stream())
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  private static ModelFormatException unknown(String name) {
    return new ModelFormatException(
        "architecture '%s' is not known; known: %s".formatted(name, String.join(", ", names())));
  }
}
