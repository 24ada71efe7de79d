package mneme.api;

/// Ends the handling of a request with an error for its sender.
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;

  Refusal(ApiError error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  /// A wrong value in field `param`: status 400.
  static Refusal of(String param, String message) {
    return new Refusal(new ApiError(400, ApiError.BAD_REQUEST, param, message));
  }

  ApiError error() {
    return error;
  }
}
