package mneme.api;

import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/// Whose shape an answer has.
enum Dialect {
  OLLAMA {
    @Override
    ByteString error(ApiError error) {
      return Json.write(out -> {
        out.writeStartObject();
        out.writeStringField("error", error.message());
        out.writeEndObject();
      });
    }
  },

  OPENAI {
    @Override
    ByteString error(ApiError error) {
      return Json.write(out -> {
        out.writeStartObject();
        out.writeObjectFieldStart("error");
        out.writeStringField("message", error.message());
        out.writeStringField("type", error.type());
        if (error.param().isEmpty()) {
          out.writeNullField("param");
        } else {
          out.writeStringField("param", error.param());
        }
        out.writeNumberField("code", error.status());
        if (error.contextTokens() > 0) {
          out.writeNumberField("n_prompt_tokens", error.promptTokens());
          out.writeNumberField("n_ctx", error.contextTokens());
        }
        out.writeEndObject();
        out.writeEndObject();
      });
    }
  };

  /// The body of an error answer.
  abstract ByteString error(ApiError error);

  HttpResponse refuse(ApiError error) {
    HttpResponse response =
        HttpResponse.create()
            .withStatus(error.status())
            .withEntity(ContentTypes.APPLICATION_JSON, error(error));
    return error.status() == 503 || error.status() == 429
        ? response.addHeader(Answers.header("retry-after", "1"))
        : response;
  }

  static Dialect of(String path) {
    return path.equals("/") || path.startsWith("/api/") ? OLLAMA : OPENAI;
  }
}
