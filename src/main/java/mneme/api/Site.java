package mneme.api;

import java.util.concurrent.Executor;
import mneme.engine.Engine;
import org.apache.pekko.actor.typed.ActorSystem;

/// What every route works with.
///
/// @param workers run what takes time but never waits: JSON, templates, tokenizers
record Site(
    ActorSystem<?> system,
    Engine engine,
    Settings settings,
    Metrics metrics,
    Prompts prompts,
    Executor workers) {
  Models models() {
    return new Models(engine);
  }
}
