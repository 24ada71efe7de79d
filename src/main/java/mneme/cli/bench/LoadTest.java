package mneme.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Keeps a number of streams open against one server until all requests are answered.
///
/// Every stream is a reader of its own; each piece of text is timed when it arrives. Prompts never
/// share a beginning, so that no server's prefix cache helps it.
public final class LoadTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final Workload workload;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final AtomicInteger nextPrompt = new AtomicInteger();

  public LoadTest(Workload workload) {
    this.workload = workload;
  }

  /// One request that is not counted: connects, loads the model, warms up.
  ///
  /// @throws LoadException if the server refuses it
  public void warmUp() throws InterruptedException {
    once();
  }

  /// Runs `requests` requests, `streams` of them at any time.
  ///
  /// @throws LoadException if any of them fails: figures of half a load mean nothing
  public Figures run(int streams, int requests) throws InterruptedException {
    AtomicInteger left = new AtomicInteger(requests);
    List<Stream> ended = new ArrayList<>();
    long start = System.nanoTime();
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<Stream>>> running = new ArrayList<>();
      for (int i = 0; i < streams; i++) {
        running.add(readers.submit(reader(left)));
      }
      for (Future<List<Stream>> reader : running) {
        ended.addAll(reader.get());
      }
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof LoadException load
          ? load
          : new LoadException(String.valueOf(failed.getCause()));
    }
    return Figures.of(streams, System.nanoTime() - start, ended);
  }

  private Callable<List<Stream>> reader(AtomicInteger left) {
    return () -> {
      List<Stream> mine = new ArrayList<>();
      while (left.getAndDecrement() > 0) {
        mine.add(once());
      }
      return mine;
    };
  }

  private Stream once() throws InterruptedException {
    HttpRequest request = request(nextPrompt.getAndIncrement());
    Stream.Listening listening = new Stream.Listening();
    try {
      HttpResponse<java.util.stream.Stream<String>> response =
          client.send(request, HttpResponse.BodyHandlers.ofLines());
      try (java.util.stream.Stream<String> lines = response.body()) {
        if (response.statusCode() != 200) {
          String body = String.join(" ", lines.limit(20).toList());
          throw new LoadException(
              workload.server() + " answered " + response.statusCode() + ": " + body);
        }
        lines.filter(line -> line.startsWith("data: {")).forEach(line -> onEvent(line, listening));
      }
    } catch (IOException broken) {
      throw new LoadException(workload.server() + ": " + broken);
    }
    return listening.ended();
  }

  private static void onEvent(String line, Stream.Listening listening) {
    JsonNode event;
    try {
      event = JSON.readTree(line.substring("data: ".length()));
    } catch (IOException bad) {
      throw new LoadException("no JSON in the stream: " + bad.getMessage());
    }
    if (event.hasNonNull("error")) {
      throw new LoadException("error in the stream: " + event.get("error"));
    }
    if (!event.path("choices").path(0).path("text").asText("").isEmpty()) {
      listening.onText();
    }
    if (event.hasNonNull("usage")) {
      JsonNode usage = event.get("usage");
      listening.onUsage(
          usage.path("prompt_tokens").asInt(), usage.path("completion_tokens").asInt());
    }
  }

  private HttpRequest request(int index) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", workload.model());
    body.put("prompt", workload.prompt(index));
    body.put("max_tokens", workload.maxTokens());
    body.put("temperature", 0);
    body.put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    if (workload.ignoresEnd()) {
      body.put("ignore_eos", true);
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(workload.server().resolve("/v1/completions"))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (!workload.apiKey().isEmpty()) {
      request.header("Authorization", "Bearer " + workload.apiKey());
    }
    return request.build();
  }
}
