package mneme.api;

import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.util.ByteString;

/// One request with its whole body.
///
/// @param rest what stands in the path for the `*` of the route
/// @param tenant whose prefixes it may reuse
/// @param gone cuts every stream that runs through its flow when the client has left
record Exchange(
    HttpRequest request, ByteString body, String rest, String tenant, SharedKillSwitch gone) {
  Optional<String> header(String name) {
    return request.getHeader(name).map(header -> header.value());
  }

  Fields json() {
    return Json.object(body);
  }
}
