package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/// A thousand streams at once.
class CrowdTest {
  @Test
  void aThousandStreamsAllFinishAndLeaveNothingBehind() throws Exception {
    try (TestNode node = new TestNode("mneme.engine.pool.bytes = 4 MiB")) {
      List<CompletionStage<List<Event>>> streams = new ArrayList<>();
      for (int i = 0; i < 1000; i++) {
        Completion completion = Toys.completion("mixed", Toys.prompt(i, 5 + i % 60), 12);
        streams.add(node.engine.generate(completion).runWith(Sink.seq(), node.system));
      }
      for (int i = 0; i < 1000; i++) {
        assertThat(TestNode.ids(TestNode.get(streams.get(i))))
            .as("stream " + i)
            .isEqualTo(Toys.answer(Toys.prompt(i, 5 + i % 60), 12));
      }
      Snapshot.Pool pool = TestNode.get(node.engine.snapshot()).pools().getFirst();
      assertThat(pool.pageBytes() + pool.stateBytes() + pool.restingBytes()).isZero();
      assertThat(node.audit()).isEmpty();
    }
  }
}
