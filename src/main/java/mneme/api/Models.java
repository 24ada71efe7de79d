package mneme.api;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mneme.engine.Engine;
import mneme.engine.EngineException;
import mneme.engine.Event;
import mneme.engine.ServedModel;

/// Finds models by the names that clients use: with or without the tag `latest`.
final class Models {
  private static final String LATEST = ":latest";
  private static final int MAX_NAME_CHARS = 512;

  private final Engine engine;

  Models(Engine engine) {
    this.engine = engine;
  }

  /// The model that clients call `name`, loaded.
  ///
  /// The stage fails with a [Refusal] 404 if there is none.
  CompletionStage<ServedModel> load(String name, Optional<Duration> keepAlive) {
    check(name);
    return engine
        .load(name, keepAlive)
        .exceptionallyCompose(fault ->
            isUnknown(fault) && name.endsWith(LATEST)
                ? engine.load(bare(name), keepAlive)
                : CompletableFuture.failedStage(fault))
        .exceptionally(fault -> {
          throw isUnknown(fault)
              ? new Refusal(ApiError.noSuchModel(name))
              : new CompletionException(cause(fault));
        });
  }

  /// The model that clients call `name`, loaded or not.
  ///
  /// The stage fails with a [Refusal] 404 if there is none.
  CompletionStage<ServedModel> find(String name) {
    check(name);
    return engine
        .models()
        .thenApply(models ->
            models.stream()
                .filter(model -> isCalled(model, name))
                .findFirst()
                .orElseThrow(() -> new Refusal(ApiError.noSuchModel(name))));
  }

  private static void check(String name) {
    if (name.isEmpty()) {
      throw Refusal.of("model", "model is required");
    }
    if (name.length() > MAX_NAME_CHARS || name.chars().anyMatch(c -> c < ' ')) {
      throw Refusal.of("model", "invalid model name");
    }
  }

  private static boolean isCalled(ServedModel model, String name) {
    return model.name().equals(name) || (name.endsWith(LATEST) && model.name().equals(bare(name)));
  }

  /// The name with a tag, as the Ollama dialect lists it.
  static String tagged(String name) {
    return name.indexOf(':', name.lastIndexOf('/') + 1) >= 0 ? name : name + LATEST;
  }

  private static String bare(String name) {
    return name.substring(0, name.length() - LATEST.length());
  }

  private static boolean isUnknown(Throwable fault) {
    return cause(fault) instanceof EngineException known
        && known.failure() == Event.Failure.NO_SUCH_MODEL;
  }

  private static Throwable cause(Throwable fault) {
    return fault instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : fault;
  }
}
