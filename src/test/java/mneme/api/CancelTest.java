package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mneme.engine.Event;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CancelTest {
  private TestServer server;

  @BeforeEach
  void start() {
    server =
        new TestServer(
            "mneme.http.keep-alive-interval = 100 ms", "mneme.http.first-event-timeout = 300 ms");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aClientThatLeavesWhileTextComesEndsItsStream(String stream) throws Exception {
    server.engine.script = completion -> ScriptedEngine.endless(completion, 20);
    try (Socket socket = chat(stream, "")) {
      assertThat(TestServer.until(() -> server.engine.live.get() == 1, 5_000)).isNotNegative();
    }
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 5_000)).isBetween(0L, 1_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aClientThatLeavesDuringPrefillEndsItsStream(String stream) throws Exception {
    server.engine.script =
        completion ->
            Source.<Event>single(new Event.Started(completion.prompt().length(), 0, ""))
                .concat(Source.never());
    try (Socket socket = chat(stream, "")) {
      assertThat(TestServer.until(() -> server.engine.live.get() == 1, 5_000)).isNotNegative();
      Thread.sleep(50);
    }
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 5_000)).isBetween(0L, 1_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "false"})
  void aClientThatLeavesWhileQueuedEndsItsStream(String stream) throws Exception {
    server.engine.script = _ -> Source.never();
    try (Socket socket = chat(stream, "")) {
      assertThat(TestServer.until(() -> server.engine.live.get() == 1, 5_000)).isNotNegative();
      socket.setSoLinger(true, 0);
    }
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 5_000)).isBetween(0L, 1_000L);
    assertThat(TestServer.until(() -> server.server.connections() == 0, 5_000)).isNotNegative();
    assertThat(server.get("/metrics").body())
        .contains("mneme_streams_finished_total{model=\"toy\",reason=\"cancelled\"} 1.0");
  }

  @Test
  void connectionCloseIsNoReasonToCancel() throws Exception {
    server.engine.script = completion -> paced(completion.prompt().length());
    for (String stream : new String[] {"true", "false"}) {
      try (Socket socket = chat(stream, "Connection: close\r\n")) {
        socket.setSoTimeout(5_000);
        String answer = TestServer.read(socket);
        assertThat(answer).contains("a", "b", "\"done\":true");
      }
    }
  }

  private static Source<Event, org.apache.pekko.NotUsed> paced(int promptTokens) {
    var pieces =
        java.util.List.<Event>of(
            new Event.Started(promptTokens, 0, ""),
            new Event.Text("a", java.util.List.of()),
            new Event.Text("b", java.util.List.of()),
            new Event.Finished(
                Event.Reason.STOP, new Event.Statistics(0, 0, 0, 0, promptTokens, 0, 2, 0)));
    return Source.from(pieces).throttle(1, Duration.ofMillis(100));
  }

  @Test
  void silentStreamsSayThatTheyLive() throws Exception {
    server.engine.script =
        completion ->
            Source.<Event>single(new Event.Started(completion.prompt().length(), 0, ""))
                .concat(Source.never());
    try (Socket socket = chat("true", "");
        BufferedReader reader = reader(socket)) {
      assertThat(reader.lines().filter(line -> line.contains("\"content\":\"\"")).findFirst())
          .isPresent();
    }
  }

  @Test
  void aLongQueueDoesNotHoldTheStatusLineForEver() throws Exception {
    server.engine.script = _ -> Source.never();
    try (Socket socket = chat("true", "");
        BufferedReader reader = reader(socket)) {
      assertThat(reader.readLine()).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aSlowReaderPausesItsOwnStreamOnly() throws Exception {
    AtomicLong told = new AtomicLong();
    String big = "x".repeat(10_000);
    server.engine.script =
        completion ->
            Source.<Event>single(new Event.Started(completion.prompt().length(), 0, ""))
                .concat(
                    Source.repeat((Event) new Event.Text(big, java.util.List.of()))
                        .map(event -> {
                          told.incrementAndGet();
                          return event;
                        }));
    try (Socket slow = chat("true", "")) {
      assertThat(TestServer.until(() -> told.get() > 10, 5_000)).isNotNegative();
      Thread.sleep(500);
      long before = told.get();
      Thread.sleep(500);
      assertThat(told.get()).isEqualTo(before);
      assertThat(before).isLessThan(20_000);
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }
    assertThat(TestServer.until(() -> server.engine.live.get() == 0, 5_000)).isNotNegative();
  }

  @Test
  void stoppingLetsRunningStreamsEnd() throws Exception {
    server.engine.script = completion -> paced(completion.prompt().length());
    try (Socket busy = chat("true", "");
        Socket idle = server.open()) {
      assertThat(TestServer.until(() -> server.engine.live.get() == 1, 5_000)).isNotNegative();
      var stopped = server.server.stop(Duration.ofSeconds(10)).toCompletableFuture();
      busy.setSoTimeout(5_000);
      assertThat(TestServer.read(busy)).contains("\"done\":true");
      idle.setSoTimeout(5_000);
      assertThat(idle.getInputStream().read()).isNegative();
      stopped.get(5, TimeUnit.SECONDS);
      assertThat(server.server.connections()).isZero();
    }
  }

  @Test
  void stoppingCutsWhatDoesNotEnd() throws Exception {
    server.engine.script = completion -> ScriptedEngine.endless(completion, 20);
    try (Socket busy = chat("true", "")) {
      assertThat(TestServer.until(() -> server.engine.live.get() == 1, 5_000)).isNotNegative();
      server.server.stop(Duration.ofMillis(200)).toCompletableFuture().get(5, TimeUnit.SECONDS);
      assertThat(TestServer.until(() -> server.engine.live.get() == 0, 2_000)).isNotNegative();
    }
  }

  private Socket chat(String stream, String headers) throws Exception {
    Socket socket = server.open();
    String body =
        "{\"model\":\"toy\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"stream\":"
            + stream
            + "}";
    String request =
        "POST /api/chat HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n%s"
            .formatted(headers, body.length(), body);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static BufferedReader reader(Socket socket) throws Exception {
    socket.setSoTimeout(5_000);
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }
}
