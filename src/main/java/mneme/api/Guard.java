package mneme.api;

import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/// Who may talk to this server: the host a request names, the page it comes from, the key it shows.
///
/// A web page of a stranger can point its own name at 127.0.0.1 (DNS rebinding), so a server that
/// listens on a loopback address answers only to names that cannot be a stranger's.
final class Guard {
  /// Tenant of requests without a key.
  static final String EVERYONE = "everyone";

  private static final List<String> LOCAL_NAMES = List.of("localhost", "127.0.0.1", "0.0.0.0");
  private static final List<String> APP_SCHEMES = List.of("app", "file", "tauri", "vscode-webview");
  private static final String ALLOWED_HEADERS =
      "Authorization, Content-Type, User-Agent, Accept, X-Requested-With, OpenAI-Beta, "
          + "x-stainless-arch, x-stainless-async, x-stainless-custom-poll-interval, "
          + "x-stainless-helper-method, x-stainless-lang, x-stainless-os, "
          + "x-stainless-package-version, x-stainless-poll-helper, x-stainless-retry-count, "
          + "x-stainless-runtime, x-stainless-runtime-version, x-stainless-timeout";

  private final Settings settings;
  private final boolean isLoopback;

  Guard(Settings settings, boolean isLoopback) {
    this.settings = settings;
    this.isLoopback = isLoopback;
  }

  /// @throws Refusal 403 if host or origin are strange
  void admit(HttpRequest request) {
    String host = request.getUri().host().address();
    if (isLoopback && !isLocal(host) && !settings.hosts().contains(host)) {
      throw new Refusal(ApiError.of(403, "host '" + shortened(host) + "' is not allowed"));
    }
    Optional<String> origin = header(request, "Origin");
    if (origin.isPresent() && !isAllowed(origin.get(), header(request, "Host").orElse(""))) {
      throw new Refusal(
          ApiError.of(403, "origin '" + shortened(origin.get()) + "' is not allowed"));
    }
  }

  /// The tenant whose key the request shows.
  ///
  /// @throws Refusal 401 if keys are set and it shows none of them
  String tenant(HttpRequest request) {
    if (settings.apiKeys().isEmpty()) {
      return EVERYONE;
    }
    String shown = header(request, "Authorization").orElse("");
    byte[] key = bytes(shown.startsWith("Bearer ") ? shown.substring(7).strip() : "");
    boolean known = false;
    for (String apiKey : settings.apiKeys()) {
      known |= MessageDigest.isEqual(bytes(apiKey), key);
    }
    if (!known) {
      throw new Refusal(ApiError.of(401, "missing or wrong API key"));
    }
    return HexFormat.of().formatHex(sha256(key), 0, 8);
  }

  /// What tells a browser that it may show the answer to the page that asked.
  static List<HttpHeader> sharing(HttpRequest request) {
    return header(request, "Origin")
        .map(origin ->
            List.of(
                Answers.header("Access-Control-Allow-Origin", origin),
                Answers.header("Vary", "Origin")))
        .orElse(List.of());
  }

  static List<HttpHeader> preflight() {
    return List.of(
        Answers.header(
            "Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        Answers.header("Access-Control-Allow-Headers", ALLOWED_HEADERS),
        Answers.header("Access-Control-Max-Age", "43200"));
  }

  private boolean isAllowed(String origin, String host) {
    return settings.origins().contains("*")
        || settings.origins().contains(origin)
        || APP_SCHEMES.contains(origin.substring(0, Math.max(0, origin.indexOf("://"))))
        || uri(origin).map(uri -> isFriendly(uri, host)).orElse(false);
  }

  private static boolean isFriendly(URI origin, String host) {
    String scheme = Optional.ofNullable(origin.getScheme()).orElse("");
    String authority = Optional.ofNullable(origin.getAuthority()).orElse("");
    return (!authority.isEmpty() && authority.equalsIgnoreCase(host))
        || (scheme.startsWith("http") && LOCAL_NAMES.contains(origin.getHost()));
  }

  private static boolean isLocal(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.isEmpty()
        || name.equals("localhost")
        || name.endsWith(".localhost")
        || name.endsWith(".local")
        || name.endsWith(".internal")
        || isLocalAddress(name);
  }

  private static boolean isLocalAddress(String name) {
    try {
      InetAddress address = InetAddress.ofLiteral(name);
      return address.isLoopbackAddress()
          || address.isSiteLocalAddress()
          || address.isAnyLocalAddress();
    } catch (IllegalArgumentException aName) {
      return false;
    }
  }

  private static Optional<URI> uri(String text) {
    try {
      return Optional.of(URI.create(text));
    } catch (IllegalArgumentException bad) {
      return Optional.empty();
    }
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  private static String shortened(String text) {
    return text.length() > 100 ? text.substring(0, 100) + "..." : text;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException everyJdkHasIt) {
      throw new IllegalStateException(everyJdkHasIt);
    }
  }
}
