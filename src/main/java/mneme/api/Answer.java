package mneme.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.engine.Event;
import org.jspecify.annotations.Nullable;

/// A whole stream, put together.
final class Answer {
  private final StringBuilder text = new StringBuilder();
  private final List<Event.Token> tokens = new ArrayList<>();
  private Event.@Nullable Started started;
  private Event.@Nullable Finished finished;
  private Event.@Nullable Failed failed;

  Answer add(Event event) {
    switch (event) {
      case Event.Started start -> started = start;
      case Event.Text more -> {
        text.append(more.text());
        tokens.addAll(more.tokens());
      }
      case Event.Finished end -> finished = end;
      case Event.Failed end -> failed = end;
    }
    return this;
  }

  String text() {
    return text.toString();
  }

  List<Event.Token> tokens() {
    return tokens;
  }

  String cacheNote() {
    return started == null ? "" : started.cacheNote();
  }

  /// What the engine says went wrong, if it says so.
  Optional<ApiError> failure() {
    return failed == null
        ? Optional.empty()
        : Optional.of(ApiError.of(failed.failure(), failed.message()));
  }

  /// Why there is no whole answer, if there is none.
  Optional<ApiError> error() {
    if (failed != null) {
      return failure();
    }
    return finished == null || finished.reason() == Event.Reason.CANCELLED
        ? Optional.of(ApiError.of(503, "the generation was cancelled"))
        : Optional.empty();
  }

  /// @throws IllegalStateException if there is an [#error]
  Event.Finished finished() {
    if (finished == null) {
      throw new IllegalStateException("not finished");
    }
    return finished;
  }
}
