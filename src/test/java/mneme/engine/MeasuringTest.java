package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import mneme.device.Numerics;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.device.WrappedDevice;
import mneme.device.none.NullDevice;
import mneme.graph.Graph;
import mneme.memory.MemoryPlan;
import org.apache.pekko.actor.ActorRefWithCell;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whoever asks a worker what a model would take is answered, or asks again and leaves nothing
/// behind.
@Timeout(60)
class MeasuringTest {
  /// Children without a name: those that wait for one answer.
  private static long waiting(TestNode node) {
    ActorRef<Node.Command> root = node.system;
    var children =
        ((ActorRefWithCell) Adapter.toClassic(root)).underlying().childrenRefs().children();
    long count = 0;
    for (var all = children.iterator(); all.hasNext(); ) {
      count += all.next().path().name().startsWith("$") ? 1 : 0;
    }
    return count;
  }

  @Test
  void aMeasurementThatCrashesTheWorkerLeavesNobodyWaiting() throws Exception {
    AtomicInteger measurements = new AtomicInteger();
    try (TestNode node =
        new TestNode(
            "",
            () ->
                new WrappedDevice(new NullDevice()) {
                  @Override
                  public ProgramSize measure(
                      Graph graph, MemoryPlan plan, Numerics numerics, StepSize largest) {
                    if (measurements.incrementAndGet() <= 3) {
                      throw new StackOverflowError("the test wants this to fail");
                    }
                    return super.measure(graph, plan, numerics, largest);
                  }
                })) {
      assertThat(TestNode.ids(node.run(Toys.completion("mixed", Toys.prompt(1, 20), 5))))
          .isEqualTo(Toys.answer(Toys.prompt(1, 20), 5));
      assertThat(measurements).hasValue(4);
      for (int wait = 0; wait < 400 && waiting(node) > 0; wait++) {
        Thread.sleep(5);
      }
      assertThat(waiting(node)).isZero();
    }
  }
}
