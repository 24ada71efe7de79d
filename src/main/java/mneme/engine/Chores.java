package mneme.engine;

import java.util.List;
import mneme.device.DevicePool;
import mneme.memory.Chore;

/// Does what the ledger decided, on the device.
final class Chores {
  private Chores() {}

  static void run(List<Chore> chores, DevicePool pool) {
    for (Chore chore : chores) {
      switch (chore) {
        case Chore.Copy(var from, var to, var bytes) -> pool.copy(from, to, bytes);
        case Chore.Zero(var at, var bytes) -> pool.zero(at, bytes);
      }
    }
  }
}
