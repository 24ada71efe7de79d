package mneme.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuardTest {
  @ParameterizedTest
  @CsvSource({
    "localhost,200",
    "127.0.0.1,200",
    "[::1],200",
    "192.168.1.4,200",
    "printer.local,200",
    "host.docker.internal,200",
    "my.friend,200",
    "evil.example,403",
    "8.8.8.8,403",
    "localhost.evil.example,403"
  })
  void onALoopbackAddressOnlyLocalHostsAreServed(String host, int status) throws Exception {
    try (TestServer server = new TestServer("mneme.http.hosts = [\"my.friend\"]")) {
      assertThat(
              server.raw("GET / HTTP/1.1\r\nHost: " + host + ":11434\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 " + status);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3000,200", "https://127.0.0.1,200", "http://0.0.0.0:1,200", "app://x,200",
    "vscode-webview://abc,200", "file://,200", "tauri://localhost,200", "https://evil.example,403",
    "null,403", "http://localhost.evil.example,403", "https://good.example,200"
  })
  void pagesOfStrangersAreRefused(String origin, int status) throws Exception {
    try (TestServer server = new TestServer("mneme.http.origins = [\"https://good.example\"]")) {
      HttpResponse<String> response = server.get("/api/version", "Origin", origin);
      assertThat(response.statusCode()).isEqualTo(status);
      if (status == 200) {
        assertThat(response.headers().firstValue("access-control-allow-origin")).contains(origin);
      }
    }
  }

  @Test
  void preflightsAreAnswered() throws Exception {
    try (TestServer server = new TestServer()) {
      HttpResponse<String> response =
          server.send(
              server
                  .request(
                      "/v1/chat/completions",
                      "Origin",
                      "http://localhost:5173",
                      "Access-Control-Request-Method",
                      "POST")
                  .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));
      assertThat(response.statusCode()).isEqualTo(204);
      assertThat(response.headers().firstValue("access-control-allow-headers").orElse(""))
          .contains("x-stainless-os", "Authorization");
    }
  }

  @Test
  void onceAKeyIsSetEveryRouteButTheOpenOnesWantsIt() throws Exception {
    try (TestServer server = new TestServer("mneme.http.api-keys = [\"one\", \"two\"]")) {
      Site site =
          new Site(
              server.system,
              server.engine,
              Settings.of(server.system.settings().config()),
              new Metrics(),
              new Prompts(),
              Runnable::run);
      for (Route route : Server.routes(site)) {
        HttpRequest.Builder request =
            server
                .request(route.path().replace("*", "toy"))
                .method(route.method().value(), HttpRequest.BodyPublishers.ofString("{}"));
        int status = server.send(request).statusCode();
        assertThat(status == 401).as(route.path()).isEqualTo(!route.isOpen());
      }
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
      assertThat(server.get("/api/tags", "Authorization", "Bearer two").statusCode())
          .isEqualTo(200);
      assertThat(server.get("/api/tags", "Authorization", "Bearer three").statusCode())
          .isEqualTo(401);
      String body = "{\"model\":\"toy\",\"prompt\":\"x\"}";
      server.post("/v1/completions", body, "Authorization", "Bearer one");
      String first = server.engine.last().tenant();
      server.post("/v1/completions", body, "Authorization", "Bearer two");
      assertThat(server.engine.last().tenant()).isNotEqualTo(first).doesNotContain("two");
    }
  }

  @Test
  void connectionsHaveALimit() throws Exception {
    try (TestServer server = new TestServer("mneme.http.max-connections = 2");
        var first = server.open();
        var second = server.open()) {
      assertThat(TestServer.until(() -> server.server.connections() == 2, 2_000)).isNotNegative();
      assertThat(server.raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
          .startsWith("HTTP/1.1 503")
          .contains("too many connections");
      assertThat(first.isConnected() && second.isConnected()).isTrue();
    }
  }
}
