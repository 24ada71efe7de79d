package mneme.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Iterator;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Speaks to a Mneme, or an Ollama, over HTTP.
final class Client implements AutoCloseable {
  private static final Duration KNOCK = Duration.ofSeconds(2);

  private final URI server;
  private final String apiKey;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(KNOCK).build();

  /// @param apiKey empty for none
  Client(URI server, String apiKey) {
    this.server = server;
    this.apiKey = apiKey;
  }

  URI server() {
    return server;
  }

  /// Whether something answers there as Ollama does.
  boolean isUp() {
    try {
      HttpRequest request = request("/api/version").timeout(KNOCK).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  JsonNode get(String path) {
    try (Stream<String> lines = send(request(path).build())) {
      return json(String.join("\n", lines.toList()));
    }
  }

  /// Posts `body` and hands on each line of the answer as it comes, until it is not wanted any
  /// more; then the connection is closed, which cancels the request.
  void post(String path, JsonNode body, Answer answer) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    try (Stream<String> lines = send(request)) {
      Iterator<String> each = lines.iterator();
      while (answer.isWanted() && each.hasNext()) {
        JsonNode line = json(each.next());
        if (line.has("error")) {
          throw new WrongInputException(line.get("error").asText());
        }
        answer.accept(line);
      }
    } catch (UncheckedIOException e) {
      throw new WrongInputException("the connection to " + server + " broke off");
    }
  }

  /// Takes an answer, line by line.
  interface Answer extends Consumer<JsonNode> {
    default boolean isWanted() {
      return true;
    }
  }

  private Stream<String> send(HttpRequest request) {
    try {
      HttpResponse<Stream<String>> response =
          http.send(request, HttpResponse.BodyHandlers.ofLines());
      if (response.statusCode() != 200) {
        try (Stream<String> lines = response.body()) {
          throw new WrongInputException(reason(response.statusCode(), lines));
        }
      }
      return response.body();
    } catch (ConnectException e) {
      throw new WrongInputException(
          "no server answers at " + server + "; 'mneme serve' starts one");
    } catch (IOException e) {
      throw new WrongInputException("the connection to " + server + " broke: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WrongInputException("interrupted");
    }
  }

  private static String reason(int status, Stream<String> lines) {
    String body = String.join(" ", lines.limit(20).toList());
    try {
      JsonNode error = json(body).path("error");
      return error.isTextual() ? error.asText() : error.path("message").asText(body);
    } catch (WrongInputException e) {
      return "the server answered " + status + " " + body;
    }
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(server.resolve(path));
    return apiKey.isEmpty() ? request : request.header("Authorization", "Bearer " + apiKey);
  }

  private static JsonNode json(String text) {
    try {
      return JsonFiles.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new WrongInputException("the server did not answer in JSON: " + text);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
