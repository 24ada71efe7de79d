package mneme.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadTestTest {
  private final Set<String> bodies = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger mostOpen = new AtomicInteger();
  private HttpServer server;
  private int status = 200;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/completions", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
    bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    exchange.sendResponseHeaders(status, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      for (int i = 0; i < 3; i++) {
        Thread.sleep(20);
        say(out, "{\"choices\":[{\"text\":\"word \"}]}");
      }
      say(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5}}");
      out.write("data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    open.decrementAndGet();
  }

  private static void say(OutputStream out, String event) throws IOException {
    out.write(("data: " + event + "\n\n").getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private LoadTest load() {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return new LoadTest(new Workload(url, "toy", "", 10, 5, true));
  }

  @Test
  void countsTokensAndTimesThem() throws Exception {
    Figures figures = load().run(4, 10);
    assertThat(figures.requests()).isEqualTo(10);
    assertThat(figures.tokens()).isEqualTo(50);
    assertThat(figures.promptTokens()).isEqualTo(70);
    assertThat(figures.firstMs().p50()).isGreaterThan(15);
    assertThat(figures.gapMs().p50()).isBetween(10.0, 1_000.0);
    assertThat(figures.tokensPerSecond()).isPositive();
    assertThat(figures.row()).hasSameSizeAs(Figures.header());
    assertThat(mostOpen.get()).isLessThanOrEqualTo(4);
  }

  @Test
  void everyPromptIsItsOwnAndTheSameInEveryRun() throws Exception {
    load().run(2, 6);
    assertThat(bodies).hasSize(6);
    load().run(3, 6);
    assertThat(bodies).hasSize(6);
    assertThat(bodies).allSatisfy(body -> assertThat(body).contains("\"ignore_eos\":true"));
  }

  @Test
  void aRefusalEndsTheTest() {
    status = 400;
    assertThatThrownBy(() -> load().run(2, 4))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining("answered 400");
  }

  @Test
  void spreadsTakeTheNearestRank() {
    Figures.Spread spread =
        Figures.Spread.ofNs(new long[] {4_000_000, 1_000_000, 2_000_000, 3_000_000});
    assertThat(spread).isEqualTo(new Figures.Spread(2, 4, 4));
  }
}
