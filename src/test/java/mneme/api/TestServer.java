package mneme.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import mneme.engine.Engine;
import mneme.store.Catalog;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// A server on a free port over a [ScriptedEngine], and a client for it.
final class TestServer implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();

  final ScriptedEngine engine = new ScriptedEngine();
  final ActorSystem<Void> system;
  final Server server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  TestServer(String... overrides) {
    this(false, overrides);
  }

  /// A server over the real engine, with the embedded model and no other.
  static TestServer embedded(String... overrides) {
    return new TestServer(true, overrides);
  }

  private TestServer(boolean isReal, String... overrides) {
    Config config =
        ConfigFactory.parseString(
                "mneme.http.port = 0\nmneme.models.ollama = off\nmneme.engine.pool.bytes = 64 MiB\n"
                    + String.join("\n", overrides))
            .withFallback(ConfigFactory.load());
    system = ActorSystem.create(Behaviors.empty(), "api-test", config);
    Engine behind = isReal ? Engine.start(system, Catalog.of(config)) : engine;
    server = Server.start(system, behind, Settings.of(config)).toCompletableFuture().join();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  int port() {
    return server.address().getPort();
  }

  HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(request(path, headers).GET());
  }

  HttpResponse<String> post(String path, String body, String... headers) throws Exception {
    return send(request(path, headers).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> post(String path, byte[] body) throws Exception {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request;
  }

  static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  /// The objects of an NDJSON body.
  static List<JsonNode> lines(HttpResponse<String> response) {
    return response.body().lines().map(TestServer::parse).toList();
  }

  /// The objects of an event stream, without `[DONE]`.
  static List<JsonNode> events(HttpResponse<String> response) {
    return response
        .body()
        .lines()
        .filter(line -> line.startsWith("data: {"))
        .map(line -> parse(line.substring(6)))
        .toList();
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException bad) {
      throw new AssertionError("not JSON: " + text, bad);
    }
  }

  /// Sends bytes as they are and reads until the server closes or `waitMs` have passed.
  String raw(byte[] bytes, int waitMs) throws IOException {
    try (Socket socket = open()) {
      socket.setSoTimeout(waitMs);
      socket.getOutputStream().write(bytes);
      return read(socket);
    }
  }

  /// Sends `text`; the answer is what comes until the server closes or falls silent.
  String raw(String text) throws IOException {
    try (Socket socket = open()) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      int first = socket.getInputStream().read();
      socket.setSoTimeout(200);
      return first < 0 ? "" : (char) first + read(socket);
    } catch (SocketException reset) {
      return "";
    }
  }

  Socket open() throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", port()), 2_000);
    return socket;
  }

  static String read(Socket socket) {
    StringBuilder text = new StringBuilder();
    byte[] buffer = new byte[8_192];
    try {
      for (int n; (n = socket.getInputStream().read(buffer)) > 0; ) {
        text.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (IOException closedOrSilent) {
      text.append("");
    }
    return text.toString();
  }

  /// Waits until `fact` holds, for at most `limitMs`; the milliseconds it took, or -1.
  static long until(BooleanSupplier fact, long limitMs) throws InterruptedException {
    long start = System.nanoTime();
    while (!fact.getAsBoolean()) {
      if (System.nanoTime() - start > limitMs * 1_000_000) {
        return -1;
      }
      Thread.sleep(2);
    }
    return (System.nanoTime() - start) / 1_000_000;
  }

  @Override
  public void close() {
    server.stop(Duration.ofMillis(100)).toCompletableFuture().join();
    client.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().join();
  }
}
