package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import mneme.SharedData;
import mneme.device.Batch;
import mneme.device.host.HostDevice;
import mneme.memory.Usage;
import mneme.store.Catalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a node says that a model will take is what it takes: error 0, before and after loading.
class ForecastTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gemma3", "falcon-h1", "mamba2", "deepseek2"})
  void theBooksAreWhatWasForecast(String golden) throws Exception {
    Files.copy(
        SharedData.path("goldens/" + golden + "/model.gguf"), folder.resolve(golden + ".gguf"));
    GatedDevice device = new GatedDevice(new HostDevice(2));
    try (TestNode node = node(device)) {
      Planner.Query query = new Planner.Query(Optional.of(80), 3);
      Forecast before = TestNode.get(node.engine.plan(golden, query));
      assertThat(before.isLoaded()).isFalse();
      assertThat(TestNode.get(node.engine.running())).isEmpty();
      TestNode.get(node.engine.load(golden, Optional.empty()));
      Forecast.OnDevice forecast = before.devices().getFirst();
      assertThat(TestNode.get(node.engine.running()).getFirst().deviceBytes())
          .isEqualTo(forecast.bytes().weightBytes());
      assertThat(TestNode.get(node.engine.snapshot()).pools().getFirst().totalBytes())
          .isEqualTo(forecast.bytes().poolBytes());
      Forecast after = TestNode.get(node.engine.plan(golden, query));
      assertThat(after.isLoaded()).isTrue();
      assertThat(after.layout()).isEqualTo(before.layout());
      assertThat(after.devices().getFirst().lengths()).isEqualTo(forecast.lengths());
      assertThat(after.devices().getFirst().asked()).isEqualTo(forecast.asked());
      sequenceHolds(node, device, golden);
    }
  }

  /// One sequence, stopped in the middle, holds what was forecast of its length.
  private static void sequenceHolds(TestNode node, GatedDevice device, String model)
      throws Exception {
    int tokens = 104; // neither this step nor the one behind it takes or leaves a page of 16
    Planner.Query query = new Planner.Query(Optional.of(tokens), 1);
    Forecast.Length length =
        TestNode.get(node.engine.plan(model, query)).devices().getFirst().lengths().stream()
            .filter(row -> row.tokens() == tokens)
            .findFirst()
            .orElseThrow();
    CompletableFuture<Batch> stopped =
        device.stopAt(step -> step.spans().getFirst().start() == tokens - 1);
    CompletionStage<List<Event>> stream = node.endless(model, Toys.prompt(3, 90), 40);
    try {
      TestNode.get(stopped);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      Usage usage = node.usage();
      while (usage.leasedBytes() != length.bytes() && System.nanoTime() < deadline) {
        usage = node.usage();
      }
      assertThat(usage.pageBytes()).isEqualTo(length.bytes() - length.stateBytes());
      assertThat(usage.stateBytes()).isEqualTo(length.stateBytes());
    } finally {
      device.goOn();
    }
    assertThat(TestNode.get(stream).getLast()).isInstanceOf(Event.Finished.class);
    assertThat(node.audit()).isEmpty();
  }

  /// The device is asked for nothing but steps, whatever lengths and companies come.
  @Test
  void noLengthAndNoCompanyLoadsAModelAgain() throws Exception {
    Files.copy(SharedData.path("goldens/falcon-h1/model.gguf"), folder.resolve("falcon-h1.gguf"));
    GatedDevice device = new GatedDevice(new HostDevice(2));
    AtomicInteger reads = new AtomicInteger();
    try (TestNode node = node(device, reads)) {
      for (int company : new int[] {1, 16, 2}) {
        List<CompletionStage<List<Event>>> streams = new ArrayList<>();
        for (int i = 0; i < company; i++) {
          streams.add(node.endless("falcon-h1", Toys.prompt(i, 3 + company * 40 / (i + 1)), 5));
        }
        for (CompletionStage<List<Event>> stream : streams) {
          assertThat(TestNode.get(stream).getLast()).isInstanceOf(Event.Finished.class);
        }
      }
      assertThat(reads).hasValue(1);
      assertThat(device.prepared()).isEqualTo(1);
    }
  }

  private TestNode node(GatedDevice device) {
    return node(device, new AtomicInteger());
  }

  /// @param reads counts how often a model is read
  private TestNode node(GatedDevice device, AtomicInteger reads) {
    String settings = "mneme.models { directories = [\"%s\"], ollama = off }".formatted(folder);
    Catalog models =
        Catalog.of(ConfigFactory.parseString(settings).withFallback(ConfigFactory.load()));
    return new TestNode(
        settings,
        Map.of("host", () -> device),
        engine -> counted(new StoreLoader(models, engine), reads));
  }

  private static Loader counted(Loader loader, AtomicInteger reads) {
    return new Loader() {
      @Override
      public List<ServedModel> models() {
        return loader.models();
      }

      @Override
      public Blueprint load(String name) {
        reads.incrementAndGet();
        return loader.load(name);
      }
    };
  }
}
