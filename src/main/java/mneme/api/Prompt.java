package mneme.api;

import mneme.engine.ServedModel;
import mneme.memory.Tokens;

/// What a model is to continue, and where its answer begins.
record Prompt(Tokens tokens, Thoughts.Phase beginning) {
  /// A prompt that no template wrote: all of its answer is said.
  static Prompt plain(Tokens tokens) {
    return new Prompt(tokens, Thoughts.Phase.SAYING);
  }

  /// A prompt that the template of `model` wrote.
  static Prompt rendered(ServedModel model, String text) {
    return new Prompt(Prompts.encode(model, text), Thoughts.beginning(model, text));
  }

  Prompt after(Tokens before) {
    return new Prompt(before.plus(tokens), beginning);
  }
}
