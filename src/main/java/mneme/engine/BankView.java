package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mneme.memory.Chore;
import mneme.memory.LeaseView;
import mneme.memory.PoolShape;

/// What one bank of a pool holds of a lease, by addresses inside the bank. What lies in other banks
/// has addresses that mean nothing here.
record BankView(LeaseView whole, long start) implements LeaseView {
  @Override
  public long page(int group, int index) {
    return whole.page(group, index) - start;
  }

  @Override
  public long state(int state) {
    return whole.state(state) - start;
  }

  /// The runs of a step as the device of `bank` sees them.
  static List<Run> runs(List<Run> runs, PoolShape shape, int bank) {
    long start = shape.start(bank);
    return runs.stream()
        .map(run -> new Run(run.slice(), new BankView(run.memory(), start)))
        .toList();
  }

  /// For each bank the chores that are to be done there, in their order.
  static List<List<Chore>> chores(List<Chore> chores, PoolShape shape) {
    List<List<Chore>> ofBanks = new ArrayList<>();
    IntStream.range(0, shape.banks().size()).forEach(_ -> ofBanks.add(new ArrayList<>()));
    for (Chore chore : chores) {
      switch (chore) {
        case Chore.Copy(var from, var to, var bytes) -> {
          int bank = shape.bankOf(from);
          long start = shape.start(bank);
          ofBanks.get(bank).add(new Chore.Copy(from - start, to - start, bytes));
        }
        case Chore.Zero(var at, var bytes) -> {
          int bank = shape.bankOf(at);
          ofBanks.get(bank).add(new Chore.Zero(at - shape.start(bank), bytes));
        }
      }
    }
    return ofBanks;
  }
}
