package mneme.engine;

import java.util.List;
import java.util.OptionalLong;
import mneme.memory.PoolSpace;

/// What a worker says of its device without being asked: to the node whether it can be used and
/// what is taken of it, to the pools that their memory is open.
final class Notices {
  private final Workbench bench;
  private final Worker.Post post;
  private OptionalLong saidBytes = OptionalLong.empty();

  Notices(Workbench bench, Worker.Post post) {
    this.bench = bench;
    this.post = post;
  }

  /// Opens the device, and says whether it could; if not, nothing of it is open.
  void open() {
    try {
      bench.open();
      post.node()
          .tell(
              new Node.DeviceOpened(
                  post.device(), bench.freeBytes(), bench.partBytes(), bench.bytesPerSecond()));
    } catch (RuntimeException | LinkageError e) {
      bench.close();
      if (e instanceof UnusableDeviceException) {
        failed(String.valueOf(e.getMessage()), true);
      } else {
        failed("it does not open: " + e.getMessage());
      }
      throw e;
    }
  }

  void failed(String why) {
    failed(why, false);
  }

  private void failed(String why, boolean isForGood) {
    post.node().tell(new Node.DeviceFailed(post.device(), why, isForGood));
  }

  /// What is leased of the pool from now on is of its present opening.
  void poolIsOpen() {
    if (bench.poolBytes() > 0) {
      post.pool()
          .tell(
              new MemoryPool.DeviceReady(
                  bench.epoch(),
                  List.of(new PoolSpace(bench.poolBytes(), bench.partBytes())),
                  bench.plans(),
                  post.front()));
    }
  }

  void stageIsOpen(Stages.Open stage) {
    stage.recipe().relay().tell(stage.announcement());
  }

  /// Says what everything of ours takes, if that has changed.
  void bytes() {
    OptionalLong bytes = bench.allocatedBytes();
    if (bytes.isPresent() && !bytes.equals(saidBytes)) {
      saidBytes = bytes;
      post.node().tell(new Node.DeviceHolds(post.device(), bytes.getAsLong()));
    }
  }
}
