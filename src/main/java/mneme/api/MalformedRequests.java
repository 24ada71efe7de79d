package mneme.api;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;

/// Answers what is no HTTP at all. Its path is unknown, so the error has the shape that clients of
/// both dialects can read.
public final class MalformedRequests extends ParsingErrorHandler {
  /// Pekko looks for the instance under this name.
  public static final MalformedRequests MODULE$ = new MalformedRequests();

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
    return Dialect.OPENAI.refuse(ApiError.of(status.intValue(), info.summary()));
  }
}
