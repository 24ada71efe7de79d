package mneme.api;

import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/// The answers that are whole when they are sent.
final class Answers {
  static final ContentType NDJSON =
      ContentTypes.create(MediaTypes.customBinary("application", "x-ndjson", true));
  static final ContentType EVENTS = ContentTypes.create(MediaTypes.TEXT_EVENT_STREAM);

  private Answers() {}

  static HttpResponse json(Json.Writing body) {
    return HttpResponse.create().withEntity(ContentTypes.APPLICATION_JSON, Json.write(body));
  }

  static HttpResponse text(String body) {
    return HttpResponse.create().withEntity(ContentTypes.TEXT_PLAIN_UTF8, body);
  }

  static HttpHeader header(String name, String value) {
    return RawHeader.create(name, value);
  }
}
