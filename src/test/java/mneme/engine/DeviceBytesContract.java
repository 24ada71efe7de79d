package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import mneme.SharedData;
import mneme.device.Device;
import mneme.store.Catalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a node says that a model will take of a graphics device is what is allocated there once the
/// model has run its largest step, and nothing of it is left when the model has gone.
abstract class DeviceBytesContract {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final double MOST_PERCENT = 1;

  @TempDir private Path folder;
  private Device device;

  abstract Device open();

  @BeforeEach
  void openDevice() {
    device = open(); // closed by the node
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gemma3", "falcon-h1", "mamba2", "deepseek2", "mneme-tiny"})
  void theForecastIsWhatIsAllocated(String model) throws Exception {
    long atRest = device.allocatedBytes().orElseThrow();
    try (TestNode node = node(model, "pool.bytes = 8 MiB")) {
      long forecast = forecast(node, model);
      run(node, model);
      long taken = device.allocatedBytes().orElseThrow() - atRest;
      System.out.printf("%s: %d forecast, %d allocated%n", model, forecast, taken);
      assertThat(taken).isCloseTo(forecast, withinPercentage(MOST_PERCENT));
      await(
          () -> TestNode.get(node.engine.snapshot()).devices().getFirst().allocatedBytes(),
          OptionalLong.of(atRest + taken));
      TestNode.get(node.engine.load(model, Optional.of(Duration.ZERO)));
      await(() -> device.allocatedBytes().orElseThrow(), atRest);
    }
  }

  /// With the pool that a server would open.
  @Test
  void theForecastIsWhatTheDriverCounts() throws Exception {
    boolean tells = device.driverBytes().isPresent();
    if (!tells) {
      device.close();
    }
    assumeTrue(tells, "the driver does not tell what this process takes of the device");
    long atRest = device.driverBytes().orElseThrow();
    try (TestNode node = node("mneme-tiny", "pool.bytes = 0")) {
      long forecast = forecast(node, "mneme-tiny");
      run(node, "mneme-tiny");
      long taken = device.driverBytes().orElseThrow() - atRest;
      System.out.printf("%d forecast, %d by the driver's count%n", forecast, taken);
      assertThat(taken).isCloseTo(forecast, withinPercentage(MOST_PERCENT));
    }
  }

  private static long forecast(TestNode node, String model) throws Exception {
    Planner.Query query = new Planner.Query(Optional.of(80), 1);
    Forecast.Bytes bytes =
        TestNode.get(node.engine.plan(model, query)).devices().getFirst().bytes();
    return bytes.weightBytes() + bytes.scratchBytes() + bytes.poolBytes();
  }

  /// The largest step: a chunk of one prompt, while another stream decodes.
  private static void run(TestNode node, String model) throws Exception {
    CompletionStage<List<Event>> decoding = node.endless(model, Toys.prompt(1, 5), 60);
    CompletionStage<List<Event>> reading = node.endless(model, Toys.prompt(3, 150), 2);
    assertThat(TestNode.get(reading).getLast()).isInstanceOf(Event.Finished.class);
    assertThat(TestNode.get(decoding).getLast()).isInstanceOf(Event.Finished.class);
  }

  private static <T> void await(Callable<T> actual, T expected) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!actual.call().equals(expected) && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    assertThat(actual.call()).isEqualTo(expected);
  }

  private TestNode node(String model, String setting) throws Exception {
    if (!model.equals("mneme-tiny")) {
      Files.copy(
          SharedData.path("goldens/" + model + "/model.gguf"), folder.resolve(model + ".gguf"));
    }
    String settings =
        """
        mneme.models { directories = ["%s"], ollama = off }
        mneme.engine { %s, step { tokens = 33, chunk-tokens = 32 } }
        """
            .formatted(folder, setting);
    Catalog models =
        Catalog.of(ConfigFactory.parseString(settings).withFallback(ConfigFactory.load()));
    return new TestNode(
        settings, Map.of("device", () -> device), engine -> new StoreLoader(models, engine));
  }
}
