package mneme.api;

import com.typesafe.config.Config;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.http.javadsl.settings.ServerSettings;

/// What `mneme.http` in the configuration says; `reference.conf` explains each key.
public record Settings(
    String host,
    int port,
    Limits limits,
    Waits waits,
    List<String> origins,
    List<String> hosts,
    List<String> apiKeys,
    String ollamaVersion,
    boolean requestTemplates,
    ServerSettings pekko) {
  public Settings {
    origins = List.copyOf(origins);
    hosts = List.copyOf(hosts);
    apiKeys = List.copyOf(apiKeys);
  }

  /// @param bodyBytes longest request body
  /// @param choices most answers to one request (`n` times prompts)
  public record Limits(int connections, long bodyBytes, int choices) {}

  /// @param header from connect to the first whole request header
  /// @param body from the header to the end of the body
  /// @param firstEvent how long the status line waits for the engine's first word
  /// @param keepAlive silence after which a stream says that it lives
  public record Waits(Duration header, Duration body, Duration firstEvent, Duration keepAlive) {}

  /// Reads `mneme.http` of a whole configuration. Its `server` block lies over `pekko.http.server`.
  public static Settings of(Config config) {
    Config http = config.getConfig("mneme.http");
    Config pekko = http.getConfig("server").atPath("pekko.http.server").withFallback(config);
    return new Settings(
        http.getString("host"),
        http.getInt("port"),
        new Limits(
            http.getInt("max-connections"),
            http.getBytes("max-body-bytes"),
            http.getInt("max-choices")),
        new Waits(
            http.getDuration("header-timeout"),
            http.getDuration("body-timeout"),
            http.getDuration("first-event-timeout"),
            http.getDuration("keep-alive-interval")),
        http.getStringList("origins"),
        http.getStringList("hosts"),
        http.getStringList("api-keys"),
        http.getString("ollama-version"),
        http.getBoolean("request-templates"),
        ServerSettings.create(pekko));
  }

  public Settings withPort(int other) {
    return new Settings(
        host,
        other,
        limits,
        waits,
        origins,
        hosts,
        apiKeys,
        ollamaVersion,
        requestTemplates,
        pekko);
  }

  public Settings withHost(String other) {
    return new Settings(
        other,
        port,
        limits,
        waits,
        origins,
        hosts,
        apiKeys,
        ollamaVersion,
        requestTemplates,
        pekko);
  }
}
