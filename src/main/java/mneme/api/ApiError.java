package mneme.api;

import java.util.concurrent.CompletionException;
import mneme.engine.EngineException;
import mneme.engine.Event;

/// Why a request is refused, in words for its sender. Each dialect writes it in its own shape.
///
/// @param status the HTTP status
/// @param type one of the `type` words of the OpenAI dialect
/// @param param the field at fault, or empty
/// @param promptTokens with `contextTokens`, both numbers of a prompt that does not fit; else 0
record ApiError(
    int status, String type, String param, String message, int promptTokens, int contextTokens) {
  static final String BAD_REQUEST = "invalid_request_error";

  ApiError(int status, String type, String param, String message) {
    this(status, type, param, message, 0, 0);
  }

  static ApiError of(int status, String message) {
    return new ApiError(status, typeOf(status), "", message);
  }

  static ApiError noSuchModel(String name) {
    return new ApiError(404, "not_found_error", "model", "model '" + name + "' not found");
  }

  static ApiError tooLong(String model, int promptTokens, int contextTokens) {
    return new ApiError(
        400,
        "exceed_context_size_error",
        "",
        "exceed_context_size: the prompt has %d tokens, the context of model '%s' holds %d; shorten the prompt"
            .formatted(promptTokens, model, contextTokens),
        promptTokens,
        contextTokens);
  }

  static ApiError of(Event.Failure failure, String message) {
    return switch (failure) {
      case NO_SUCH_MODEL -> new ApiError(404, "not_found_error", "model", message);
      case BAD_REQUEST -> of(400, message);
      case NEVER_FITS -> new ApiError(400, "exceed_context_size_error", "", message);
      case BUSY -> of(503, message);
      case INTERNAL -> of(500, message);
    };
  }

  /// What to tell the sender about `cause`. Faults that are not the sender's tell nothing of our
  /// insides.
  static ApiError of(Throwable cause) {
    return switch (cause) {
      case Refusal refusal -> refusal.error();
      case EngineException engine -> of(engine.failure(), String.valueOf(engine.getMessage()));
      case CompletionException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
      case StackOverflowError _ -> of(400, "the request is nested too deeply");
      default -> of(500, "internal error; the server's log has the details");
    };
  }

  boolean isOurs() {
    return status == 500;
  }

  private static String typeOf(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 429 -> "rate_limit_error";
      case 501 -> "not_supported_error";
      case 503 -> "unavailable_error";
      default -> status >= 500 ? "server_error" : BAD_REQUEST;
    };
  }
}
