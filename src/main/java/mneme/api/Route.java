package mneme.api;

import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/// One endpoint. A path that ends in `/*` takes everything below it.
///
/// @param isOpen answered without a key, even when keys are set
record Route(HttpMethod method, String path, boolean isOpen, Handler handler) {
  interface Handler {
    /// Answers; may throw a [Refusal], or complete with one.
    CompletionStage<HttpResponse> handle(Exchange exchange);
  }

  static Route get(String path, Handler handler) {
    return new Route(HttpMethods.GET, path, false, handler);
  }

  static Route post(String path, Handler handler) {
    return new Route(HttpMethods.POST, path, false, handler);
  }

  Route open() {
    return new Route(method, path, true, handler);
  }

  boolean matches(String asked) {
    return isTree()
        ? asked.length() >= path.length() && asked.startsWith(path.substring(0, path.length() - 1))
        : asked.equals(path);
  }

  String rest(String asked) {
    return isTree() ? asked.substring(path.length() - 1) : "";
  }

  private boolean isTree() {
    return path.endsWith("/*");
  }
}
