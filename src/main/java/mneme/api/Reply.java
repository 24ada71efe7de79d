package mneme.api;

import java.util.List;
import mneme.engine.Event;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/// How one dialect writes the events of one request. Used by one stream at a time.
interface Reply {
  Dialect dialect();

  boolean isStreamed();

  ContentType contentType();

  /// The bytes that tell `event` of choice `choice`; empty: nothing to tell.
  ByteString on(int choice, Event event);

  /// After the last event of the last choice.
  ByteString end();

  /// An error after the first byte.
  ByteString broken(ApiError error);

  /// Says that the stream lives, and nothing else.
  ByteString keepAlive();

  HttpResponse whole(List<Answer> choices);
}
