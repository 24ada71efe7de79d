package mneme.memory;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Makes the pages of a lease ready for one span: gives back what left the windows, adds pages at
/// the end, and copies pages that others rely on before they are written.
final class Spans {
  private final Blocks blocks;
  private final Room room;
  private final Consumer<Chore> chores;
  private final Need need = new Need();

  Spans(Blocks blocks, Room room, Consumer<Chore> chores) {
    this.blocks = blocks;
    this.room = room;
    this.chores = chores;
  }

  /// Makes positions `[start, end)` writable.
  @Nullable Shortage ready(Holding holding, int start, int end) {
    if (start >= holding.end && start < holding.nextGiveBack && end <= holding.writableTo) {
      holding.start = start;
      holding.end = end;
      return null;
    }
    giveBack(holding, start);
    collect(holding, start, end);
    if (!need.isEmpty()) {
      Shortage shortage = room.make(need);
      if (shortage != null) {
        return shortage;
      }
      extend(holding, start, end);
    }
    holding.start = start;
    holding.end = end;
    holding.writableTo = lastPage(holding, end) * pageTokens(holding);
    if (end >= holding.promisedTokens) {
      dropPromise(holding);
    }
    return null;
  }

  /// Nothing is set aside for `holding` any more.
  static void dropPromise(Holding holding) {
    for (int group = 0; group < holding.promise.length; group++) {
      holding.model.pageSizes[group].promised -= holding.promise[group];
      holding.promise[group] = 0;
    }
    holding.promisedTokens = 0;
  }

  private static int pageTokens(Holding holding) {
    return holding.model.plan.pageTokens();
  }

  /// Index behind the last page that positions before `end` need.
  private static int lastPage(Holding holding, int end) {
    return Math.ceilDiv(end, pageTokens(holding));
  }

  private void giveBack(Holding holding, int start) {
    int next = Integer.MAX_VALUE;
    for (int group = 0; group < holding.tables.length; group++) {
      int window = holding.model.windowTokens(group);
      if (window == 0) {
        continue;
      }
      PageTable table = holding.tables[group];
      int first = holding.model.firstPage(group, start);
      if (first < table.first()) {
        throw new IllegalArgumentException(
            "position %d needs page %d of group %d, which left the window; pages from %d on are held"
                .formatted(start, first, group, table.first()));
      }
      while (table.first() < first && table.size() > 0) {
        giveBackFirst(holding, group, start);
      }
      if (table.size() == 0 && table.first() < first) {
        table.startAt(first);
      }
      // The page `first` leaves when its last token is no longer seen.
      next = Math.min(next, (first + 1) * pageTokens(holding) + window - 1);
    }
    holding.nextGiveBack = next;
  }

  /// What a lease gives back on the way to the length it was promised is set aside for it again.
  private void giveBackFirst(Holding holding, int group, int start) {
    Block block = holding.tables[group].removeFirst();
    blocks.giveBack(block, holding);
    holding.tablesChanged();
    if (block.leases == 0 && start < holding.promisedTokens) {
      holding.promise[group]++;
      block.size.promised++;
    }
  }

  private void collect(Holding holding, int start, int end) {
    need.clear();
    for (int group = 0; group < holding.tables.length; group++) {
      PageTable table = holding.tables[group];
      int copies = 0;
      for (int i = writtenFrom(holding, table, start); i < table.end(); i++) {
        copies += isWritable(holding, table, i, start) ? 0 : 1;
      }
      int added = Math.max(0, lastPage(holding, end) - table.end());
      SizeClass size = holding.model.pageSizes[group];
      if (end >= holding.promisedTokens) {
        trimPromise(holding, group, copies + added);
      }
      need.add(size, copies + added);
      need.coverBy(size, Math.min(copies + added, holding.promise[group]));
    }
  }

  /// The span that ends a promise takes what is left of it, and needs no more: what was set aside
  /// for pages that others might have shared stands in nobody's way, not even its own.
  private static void trimPromise(Holding holding, int group, int pages) {
    int over = Math.max(0, holding.promise[group] - pages);
    holding.promise[group] -= over;
    holding.model.pageSizes[group].promised -= over;
  }

  /// First page of the table that a span from `start` on writes.
  private static int writtenFrom(Holding holding, PageTable table, int start) {
    return Math.max(table.first(), start / pageTokens(holding));
  }

  private static boolean isWritable(Holding holding, PageTable table, int page, int start) {
    int slot = Math.max(0, start - page * pageTokens(holding));
    return table.block(page).isWritable(holding, slot);
  }

  private void extend(Holding holding, int start, int end) {
    for (int group = 0; group < holding.tables.length; group++) {
      PageTable table = holding.tables[group];
      int taken = 0;
      for (int i = writtenFrom(holding, table, start); i < table.end(); i++) {
        if (!isWritable(holding, table, i, start)) {
          copy(holding, group, i);
          taken++;
        }
      }
      for (int i = table.end(); i < lastPage(holding, end); i++) {
        table.append(page(holding, group, false));
        taken++;
      }
      takeFromPromise(holding, group, taken);
    }
    holding.tablesChanged();
  }

  private void copy(Holding holding, int group, int index) {
    PageTable table = holding.tables[group];
    Block shared = table.block(index);
    Block own = page(holding, group, true);
    chores.accept(new Chore.Copy(shared.at(), own.at(), own.size.bytes));
    table.replace(index, own);
    blocks.giveBack(shared, holding);
  }

  private Block page(Holding holding, int group, boolean isOverwritten) {
    SizeClass size = holding.model.pageSizes[group];
    Block block = blocks.lend(size, Block.Kind.PAGE, holding.tenant, isOverwritten);
    block.writer = holding;
    return block;
  }

  private static void takeFromPromise(Holding holding, int group, int taken) {
    int kept = Math.min(taken, holding.promise[group]);
    holding.promise[group] -= kept;
    holding.model.pageSizes[group].promised -= kept;
  }
}
