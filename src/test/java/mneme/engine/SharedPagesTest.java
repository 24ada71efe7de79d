package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import mneme.SharedData;
import mneme.device.Batch;
import mneme.device.Span;
import mneme.device.host.HostDevice;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import mneme.memory.Usage;
import mneme.store.Catalog;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Equal prompts, and prompts that begin alike, all at once on a real node: the texts are those of
/// each alone, and the pool's books are what arithmetic says, looked at while all of them decode.
class SharedPagesTest {
  private static final int PAGE = 16;
  private static final int CELL = 32;
  private static final int TOKENS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private static Tokens prompt(int seed, int length) {
    return Tokens.of(IntStream.range(0, length).map(i -> 20 + (seed + i * i * 7) % 200).toArray());
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama", "gemma3", "falcon-h1", "mamba2"})
  void equalBeginningsAreKeptOnce(String golden) throws Exception {
    Files.copy(
        SharedData.path("goldens/" + golden + "/model.gguf"), folder.resolve(golden + ".gguf"));
    GatedDevice device = new GatedDevice(new HostDevice(2));
    try (TestNode node = node(device)) {
      House house = new House(golden, node, device);
      Tokens one = prompt(1, 100);
      house.together("four equal", List.of(one, one, one, one), one.length());
      Tokens beginning = prompt(5, 100);
      List<Tokens> sixteen = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        sixteen.add(beginning.plus(Tokens.of(30 + i, 40, 50 + i)));
      }
      house.together("sixteen that begin alike", sixteen, beginning.length());
    }
  }

  private TestNode node(GatedDevice device) {
    String settings =
        """
        mneme.engine.step { tokens = 512, chunk-tokens = %d }
        mneme.models { directories = ["%s"], ollama = off }
        """
            .formatted(CELL, folder);
    Catalog models =
        Catalog.of(ConfigFactory.parseString(settings).withFallback(ConfigFactory.load()));
    return new TestNode(
        settings, Map.of("host", () -> device), engine -> new StoreLoader(models, engine));
  }

  /// One model on a node, and what its sequences must hold.
  private static final class House {
    private final String model;
    private final TestNode node;
    private final GatedDevice device;
    private final MemoryPlan plan;

    House(String model, TestNode node, GatedDevice device) throws Exception {
      this.model = model;
      this.node = node;
      this.device = device;
      plan = node.loader.load(model).plan();
    }

    CompletionStage<List<Event>> start(Tokens prompt, String tenant) throws Exception {
      return node.endless(model, prompt, TOKENS, tenant);
    }

    /// Runs all prompts at once and stops in the middle to look at the books.
    void together(String tenant, List<Tokens> prompts, int alike) throws Exception {
      Usage before = node.usage();
      int longest = prompts.getFirst().length();
      device.stopAt(_ -> true);
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (Tokens prompt : prompts) {
        streams.add(start(prompt, tenant));
      }
      awaitRunning(prompts.size());
      CompletableFuture<Batch> stopped =
          device.stopAt(step -> step.spans().size() == prompts.size() && isCalm(step, longest));
      try {
        Batch step = TestNode.get(stopped);
        Held expected = expected(step, alike);
        Held held = held(before);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!held.equals(expected) && System.nanoTime() < deadline) {
          held = held(before);
        }
        assertThat(held).as(tenant).isEqualTo(expected);
      } finally {
        device.goOn();
      }
      for (int i = 0; i < prompts.size(); i++) {
        List<Event> alone = TestNode.get(start(prompts.get(i), tenant + ", alone " + i));
        List<Event> beside = TestNode.get(streams.get(i));
        assertThat(TestNode.ids(beside))
            .as("%s, %d", tenant, i)
            .hasSize(TOKENS)
            .isEqualTo(TestNode.ids(alone));
      }
      assertThat(node.audit()).isEmpty();
    }

    /// Until so many hold memory, while the first step waits.
    private void awaitRunning(int sequences) throws Exception {
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      int running = 0;
      while (running < sequences && System.nanoTime() < deadline) {
        running = TestNode.get(node.engine.snapshot()).models().getFirst().running();
      }
      assertThat(running).isEqualTo(sequences);
    }

    /// Whether all have decoded for a while, and neither this step nor the one behind it, whose
    /// memory may be granted already, takes or leaves a page.
    private boolean isCalm(Batch step, int promptTokens) {
      return step.spans().stream()
          .allMatch(span ->
              span.start() > promptTokens + 2
                  && pages(span.start()) == pages(span.start() + 2)
                  && span.start() % PAGE > 0);
    }

    private long pages(int tokens) {
      long sum = 0;
      for (MemoryPlan.Group group : plan.groups()) {
        sum += (1000L + plan.firstPage(group, tokens)) * plan.pages(group, tokens);
      }
      return sum;
    }

    /// @param savedBytes states saved for others, of this tenant
    private record Held(long pageBytes, long stateBytes, long savedBytes) {}

    /// Pages that lie wholly in the common beginning are held once, if a window still sees them;
    /// all others, and the states, by each. One state is saved, at the last cell of the grid.
    private Held expected(Batch step, int alike) {
      long pages = 0;
      for (MemoryPlan.Group group : plan.groups()) {
        int shared = alike / PAGE;
        int oldest = Integer.MAX_VALUE;
        long own = 0;
        for (Span span : step.spans()) {
          int tokens = span.start() + 1;
          int first = plan.firstPage(group, tokens);
          oldest = Math.min(oldest, first);
          own += Math.ceilDiv(tokens, PAGE) - Math.max(first, shared);
        }
        pages += group.pageBytes() * (Math.max(0, shared - oldest) + own);
      }
      return new Held(pages, step.spans().size() * plan.stateBytes(), plan.stateBytes());
    }

    private Held held(Usage before) throws Exception {
      Usage now = node.usage();
      return new Held(
          now.pageBytes(), now.stateBytes(), now.cachedStateBytes() - before.cachedStateBytes());
    }
  }
}
