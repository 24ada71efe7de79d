package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import mneme.device.none.NullDevice;
import mneme.device.probe.Notes;
import mneme.device.probe.Trials;
import mneme.device.probe.Verdict;
import mneme.memory.Tokens;
import mneme.store.Catalog;
import mneme.text.Sampling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device that failed its trial is never opened, and costs a node nothing but its absence.
class TriedOpeningTest {
  @TempDir private Path folder;
  private final AtomicInteger trials = new AtomicInteger();
  private final AtomicInteger openings = new AtomicInteger();

  /// The host stands for a graphics device: its trial has what verdict the test says.
  private Supplier<Device> tried(Verdict verdict) {
    Supplier<Device> opening =
        () -> {
          openings.incrementAndGet();
          return new NullDevice();
        };
    return new TriedOpening(
        "host",
        opening,
        _ -> {
          trials.incrementAndGet();
          return verdict;
        });
  }

  @Test
  void whoPassedIsOpenedAndWhoCouldNotBeTriedToo() {
    tried(new Verdict.Passed("computes rightly", 0)).get().close();
    tried(new Verdict.Untried("no process can be started")).get().close();
    assertThat(openings).hasValue(2);
  }

  @Test
  void whoFailedIsNot() {
    Supplier<Device> broken = tried(new Verdict.Failed("it computes wrongly", true));
    assertThatThrownBy(broken::get)
        .isInstanceOf(UnusableDeviceException.class)
        .hasMessageStartingWith(
            "its trial failed: it computes wrongly; 'mneme doctor' tries it again");
    assertThat(openings).hasValue(0);
  }

  @Test
  void onlyDevicesBehindADriverAreTried() {
    Trials none = new Trials(new Notes(folder), Duration.ZERO, MatrixUnits.AUTO);
    Supplier<Device> opening = NullDevice::new;
    assertThat(TriedOpening.of("host", opening, none)).isSameAs(opening);
    assertThat(TriedOpening.of("none", opening, none)).isSameAs(opening);
    assertThat(TriedOpening.of("vulkan:3", opening, none)).isInstanceOf(TriedOpening.class);
  }

  @Test
  void modelsGoToTheNextDeviceAndThePlanSaysWhy() throws Exception {
    Map<String, Supplier<Device>> devices = new LinkedHashMap<>();
    devices.put("broken", tried(new Verdict.Failed("crashed in libcard", true)));
    devices.put("sound", NullDevice::new);
    try (TestNode node = new TestNode("", devices)) {
      List<Event> events = node.run(Toys.completion("mixed", Toys.prompt(1, 20), 5));
      assertThat(TestNode.ids(events)).isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
      assertThat(TestNode.get(node.engine.running()).getFirst().place().device())
          .isEqualTo("sound");
      assertThat(TestNode.get(node.engine.snapshot()).devices().getFirst().because())
          .hasValueSatisfying(
              why -> assertThat(why).startsWith("its trial failed: crashed in libcard"));
      long startNs = System.nanoTime();
      Forecast plan =
          TestNode.get(node.engine.plan("mixed", new Planner.Query(Optional.empty(), 1)));
      assertThat(Duration.ofNanos(System.nanoTime() - startNs)).isLessThan(Duration.ofSeconds(20));
      assertThat(plan.devices()).hasSize(2);
      assertThat(plan.devices().getLast().device()).isEqualTo("broken");
      assertThat(plan.devices().getLast().because().orElseThrow()).contains("libcard");
      Thread.sleep(300); // a worker that started again would have done so
      assertThat(trials).hasValue(1);
    }
  }

  @Test
  void whereThereIsNoOtherTheRefusalSaysWhy() throws Exception {
    Verdict hung = new Verdict.Failed("did not end within 3 s", false);
    try (TestNode node = new TestNode("", Map.of("broken", tried(hung)))) {
      assertThatThrownBy(() -> TestNode.get(node.engine.load("mixed", Optional.empty())))
          .hasMessageContaining("not used: broken: its trial failed: did not end within 3 s")
          .satisfies(
              fault -> assertThat(fault.getMessage()).containsOnlyOnce("no device has room"));
    }
  }

  /// The real thing: the trial in a child, then the device in this process.
  @Test
  void aSoundDeviceOfThisMachineServes() throws Exception {
    assumeTrue(
        Devices.discover().stream().anyMatch(device -> device.id().equals("opencl:0")),
        "no device opencl:0");
    Trials real = new Trials(new Notes(folder), Duration.ofMinutes(4), MatrixUnits.AUTO);
    Supplier<Device> opening =
        TriedOpening.of("opencl:0", DeviceChoice.opening("opencl:0", 0, MatrixUnits.AUTO), real);
    Catalog models = Catalog.of(ConfigFactory.load());
    try (TestNode node =
        new TestNode(
            "mneme.engine { context-tokens = 512, pool.bytes = 16 MiB }",
            Map.of("opencl:0", opening),
            settings -> new StoreLoader(models, settings))) {
      node.engine.load("mneme-tiny", Optional.empty()).toCompletableFuture().join();
      List<Event> events = node.run(completion());
      assertThat(events.getLast()).isInstanceOf(Event.Finished.class);
      assertThat(TestNode.ids(events)).hasSize(4);
    }
    var device =
        Devices.discover().stream().filter(found -> found.id().equals("opencl:0")).findFirst();
    assertThat(
            new Trials(new Notes(folder), Duration.ZERO, MatrixUnits.AUTO)
                .known(device.orElseThrow()))
        .hasValueSatisfying(verdict -> assertThat(verdict.words()).startsWith("computes rightly"));
  }

  private static Completion completion() {
    return new Completion(
        "mneme-tiny",
        Tokens.of(new int[] {20, 51, 82}),
        Sampling.greedy(),
        Optional.of(4),
        List.of(),
        Optional.empty(),
        "tenant");
  }
}
