package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bad HTTP and bad JSON: a clear error each, and a good request afterwards still succeeds.
class MalformedTest {
  private static final String CHAT = "/v1/chat/completions";
  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        new TestServer("mneme.http.header-timeout = 500 ms", "mneme.http.body-timeout = 500 ms");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void theNextGoodRequestSucceeds() throws Exception {
    assertThat(server.post(CHAT, good("hi")).statusCode()).isEqualTo(200);
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 2_000)).isNotNegative();
  }

  private static String good(String content) {
    return "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"" + content + "\"}]}";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|missing request body",
        "`{}`|messages",
        "`{\"model\":\"toy\",\"messages\":[`|not valid JSON",
        "`[]`|must be a JSON object",
        "`null`|must be a JSON object",
        "`7`|must be a JSON object",
        "`{\"a\":1} x`|not valid JSON",
        "`{\"a\":1}{\"b\":2}`|not valid JSON",
        "`{'a':1}`|not valid JSON",
        "`{\"a\":0x10}`|not valid JSON",
        "`{\"a\":NaN}`|not valid JSON",
        "`{\"a\":+1}`|not valid JSON",
        "`{\"a\":01}`|not valid JSON",
        "`{\"a\":1,}`|not valid JSON",
        "`{\"a\":\"\\x\"}`|not valid JSON",
        "`{\"model\":\"toy\",\"model\":\"toy\"}`|Duplicate field 'model'",
        "`/* x */{}`|not valid JSON",
      })
  void badJsonIsNamed(String body, String words) throws Exception {
    assertRefused(server.post(CHAT, body), words);
  }

  @Test
  void notUtf8IsRefused() throws Exception {
    byte[] body = good("?").getBytes(StandardCharsets.ISO_8859_1);
    body[new String(body, StandardCharsets.ISO_8859_1).indexOf('?')] = (byte) 0xFF;
    assertRefused(server.post(CHAT, body), "not valid UTF-8");
    assertRefused(
        server.post(CHAT, good("x").getBytes(StandardCharsets.UTF_16)), "not valid UTF-8");
  }

  @Test
  void aByteOrderMarkIsRefused() throws Exception {
    assertRefused(server.post(CHAT, "\uFEFF" + good("x")), "not valid JSON");
  }

  @Test
  void controlCharactersAreRefusedUnlessEscaped() throws Exception {
    assertRefused(server.post(CHAT, good("a\u0000b")), "not valid JSON");
    assertThat(server.post(CHAT, good("a\\u0000b")).statusCode()).isEqualTo(200);
    assertThat(server.engine.lastPrompt()).contains("a\u0000b");
  }

  @Test
  void halfSurrogatesBecomeReplacementCharacters() throws Exception {
    assertThat(server.post(CHAT, good("a\\ud83db \\ud83d\\ude00")).statusCode()).isEqualTo(200);
    assertThat(server.engine.lastPrompt()).contains("a\uFFFDb \uD83D\uDE00");
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 3_000, 100_000})
  void depthHasALimit(int depth) throws Exception {
    assertRefused(server.post(CHAT, "[".repeat(depth)), "nesting depth");
    String tools =
        good("x").replaceFirst("}$", ",\"tools\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
    assertRefused(server.post(CHAT, tools), "nesting depth");
  }

  @Test
  void longNamesAreRefused() throws Exception {
    assertRefused(server.post(CHAT, "{\"" + "n".repeat(100_000) + "\":1}"), "not valid JSON");
    assertRefused(
        server.post(CHAT, good("x").replace("toy", "m".repeat(4_096))), "invalid model name");
    assertRefused(server.post(CHAT, "{\"" + "n".repeat(1_000) + "\":1}"), "unsupported parameter");
  }

  @Test
  void manyFieldsAreRefusedByTheFirst() throws Exception {
    StringBuilder body = new StringBuilder("{\"f\":0");
    for (int i = 0; i < 100_000; i++) {
      body.append(",\"f").append(i).append("\":").append(i);
    }
    assertRefused(server.post(CHAT, body + "}"), "unsupported parameter: 'f'");
  }

  @Test
  void longNumbersAreRefused() throws Exception {
    String digits = "9".repeat(100_000);
    assertThat(
            server
                .post(CHAT, good("x").replaceFirst("}$", ",\"seed\":" + digits + "}"))
                .statusCode())
        .isEqualTo(400);
    assertThat(
            server
                .post(CHAT, good("x").replaceFirst("}$", ",\"temperature\":1e999999999}"))
                .statusCode())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../etc/passwd", "..\\\\..\\\\x", "C:\\\\x", "/dev/zero", "a/b:c@d", "%2e%2e"})
  void strangeModelNamesAreNotFound(String name) throws Exception {
    HttpResponse<String> response = server.post(CHAT, good("x").replace("toy", name));
    assertThat(response.statusCode()).isEqualTo(404);
  }

  @Test
  void hostileTextIsOnlyLong() throws Exception {
    for (String text :
        new String[] {"a".repeat(1_000_000), " ".repeat(100_000), "<|im_start|>".repeat(50_000)}) {
      HttpResponse<String> response = server.post(CHAT, good(text));
      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(TestServer.json(response).get("error").get("type").textValue())
          .isEqualTo("exceed_context_size_error");
    }
  }

  @Test
  void hugeBodiesAreRefusedAtOnce() throws Exception {
    String head = "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n\r\n{";
    long start = System.nanoTime();
    assertThat(server.raw(head)).startsWith("HTTP/1.1 413").contains("16777216 bytes");
    assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
  }

  @Test
  void hugeChunkedBodiesAreRefused() throws Exception {
    try (Socket socket = server.open()) {
      var out = socket.getOutputStream();
      out.write(
          "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk =
          ("10000\r\n" + "x".repeat(65_536) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      try {
        for (int i = 0; i < 400; i++) {
          out.write(chunk);
        }
      } catch (java.io.IOException closedWhileWriting) {
        assertThat(closedWhileWriting).isNotNull();
      }
      socket.setSoTimeout(3_000);
      assertThat(TestServer.read(socket))
          .satisfiesAnyOf(
              answer -> assertThat(answer).startsWith("HTTP/1.1 413"),
              answer -> assertThat(answer).isEmpty());
    }
  }

  @Test
  void compressedBodiesAreRefused() throws Exception {
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
      gzip.write(new byte[1 << 20]);
    }
    HttpResponse<String> response =
        server.send(
            server
                .request(CHAT, "Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(zipped.toByteArray())));
    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.body()).contains("'gzip' is not supported");
    assertThat(
            server
                .post(CHAT, "--x--", "Content-Type", "multipart/form-data; boundary=x")
                .statusCode())
        .isEqualTo(415);
  }

  @Test
  void anyOtherContentTypeIsReadAsJson() throws Exception {
    for (String type :
        new String[] {"text/plain", "application/x-www-form-urlencoded", "application/json"}) {
      assertThat(server.post(CHAT, good("x"), "Content-Type", type).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void wrongMethodsAndPathsHaveTheirStatus() throws Exception {
    assertThat(server.get(CHAT).statusCode()).isEqualTo(405);
    assertThat(server.get(CHAT).body()).contains("takes POST");
    assertThat(server.post("/api/tags", "{}").statusCode()).isEqualTo(405);
    assertThat(server.post("/nowhere", "{}").statusCode()).isEqualTo(404);
    assertThat(server.get("/v1/nowhere").body()).contains("not_found_error");
    assertThat(server.get("/api/nowhere").body())
        .isEqualTo("{\"error\":\"no such path: /api/nowhere\"}");
    assertThat(server.send(server.request(CHAT).DELETE()).statusCode()).isEqualTo(405);
    assertThat(server.post("/v1/embeddings", "{}").statusCode()).isEqualTo(501);
    assertThat(server.post("/api/pull", "{}").body())
        .isEqualTo("{\"error\":\"/api/pull is not supported by this server\"}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /..%2f..%2f HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /%c0%af HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET / HTTP/7.7\r\nHost: localhost\r\n\r\n",
        "GET /\r\n\r\n",
        "FROB / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n",
        "\r\n\r\n\r\n\r\n\u0000\u0000\r\n\r\n",
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n{}",
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n{}",
        "GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
      })
  void badRequestsAreAnsweredWith4xxOrClosed(String request) throws Exception {
    String answer = server.raw(request);
    assertThat(answer)
        .satisfiesAnyOf(
            text -> assertThat(text).startsWith("HTTP/1.1 4"),
            text -> assertThat(text).startsWith("HTTP/1.1 50"),
            text -> assertThat(text).isEmpty());
    assertThat(answer).doesNotContain("Exception", "\tat ", "HTTP/1.1 500");
  }

  @Test
  void longRequestLinesAndHeadersAreRefused() throws Exception {
    String host = " HTTP/1.1\r\nHost: localhost\r\n";
    assertThat(server.raw("GET /" + "x".repeat(16_384) + host + "\r\n")).startsWith("HTTP/1.1 414");
    assertThat(server.raw("GET /" + host + "X: " + "x".repeat(65_536) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431");
    assertThat(server.raw("GET /" + host + "X: " + "x".repeat(1 << 20) + "\r\n\r\n"))
        .satisfiesAnyOf(
            text -> assertThat(text).startsWith("HTTP/1.1 431"),
            text -> assertThat(text).isEmpty());
    StringBuilder many = new StringBuilder("GET /" + host);
    for (int i = 0; i < 200; i++) {
      many.append("X-").append(i).append(": y\r\n");
    }
    assertThat(server.raw(many + "\r\n")).startsWith("HTTP/1.1 4");
  }

  @Test
  void halfOpenConnectionsHoldUpNobody() throws Exception {
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        Socket socket = server.open();
        sockets.add(socket);
        socket
            .getOutputStream()
            .write("POST /api/chat HTTP/1.1\r\nHo".getBytes(StandardCharsets.US_ASCII));
      }
      for (int i = 0; i < 20; i++) {
        long start = System.nanoTime();
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
        assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    assertThat(TestServer.until(() -> server.server.connections() <= 4, 5_000)).isNotNegative();
  }

  @Test
  void connectionsThatSayNothingAreClosed() throws Exception {
    try (Socket socket = server.open()) {
      socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(5_000);
      long start = System.nanoTime();
      assertThat(socket.getInputStream().read()).isNegative();
      assertThat(System.nanoTime() - start).isLessThan(3_000_000_000L);
    }
  }

  @Test
  void bodiesThatDoNotComeTimeOut() throws Exception {
    String answer =
        server.raw(
            "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"mo");
    assertThat(answer).startsWith("HTTP/1.1 408").contains("did not arrive");
  }

  @Test
  void bodiesThatBreakOffLeaveNothingBehind() throws Exception {
    try (Socket socket = server.open()) {
      socket
          .getOutputStream()
          .write(
              "POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"mo"
                  .getBytes(StandardCharsets.US_ASCII));
    }
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 1_000)).isNotNegative();
  }

  @Test
  void expectContinueAndPipeliningWork() throws Exception {
    String body = good("x");
    String post =
        "POST "
            + CHAT
            + " HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: "
            + body.length()
            + "\r\n\r\n";
    try (Socket socket = server.open()) {
      String head = post.formatted("Expect: 100-continue\r\nConnection: close\r\n");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(5_000);
      byte[] answer = socket.getInputStream().readNBytes(21);
      assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 100 Continue");
      socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
      assertThat(TestServer.read(socket)).contains("HTTP/1.1 200 OK");
    }
    String two =
        "GET /api/version HTTP/1.1\r\nHost: localhost\r\n\r\n"
            + "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    assertThat(server.raw(two.getBytes(StandardCharsets.US_ASCII), 5_000))
        .contains("\"version\"")
        .endsWith("Ollama is running");
  }

  @Test
  void http10IsServed() throws Exception {
    assertThat(server.raw("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"))
        .endsWith("Ollama is running");
  }

  @Test
  void noiseNeverHurts() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      byte[] noise = new byte[random.nextInt(1, 400)];
      random.nextBytes(noise);
      server.raw(noise, 20);
    }
  }

  @Test
  void streamsClosedAtOnceLeaveNothingBehind() throws Exception {
    server.engine.script = completion -> ScriptedEngine.endless(completion, 5);
    String body = good("x").replaceFirst("}$", ",\"stream\":true}");
    String post =
        "POST "
            + CHAT
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
    for (int i = 0; i < 200; i++) {
      try (Socket socket = server.open()) {
        socket.getOutputStream().write(post.getBytes(StandardCharsets.US_ASCII));
        if (i % 2 == 0) {
          socket.setSoLinger(true, 0);
        }
      }
    }
    assertThat(server.raw("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"))
        .endsWith("Ollama is running");
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 5_000)).isNotNegative();
    assertThat(TestServer.until(() -> server.server.connections() <= 4, 5_000)).isNotNegative();
    server.engine.script = ScriptedEngine::greeting;
  }

  private static void assertRefused(HttpResponse<String> response, String words) throws Exception {
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(TestServer.json(response).get("error").get("message").textValue()).contains(words);
    assertThat(response.body()).doesNotContain("Exception", "com.fasterxml", "\\tat ");
  }
}
