package mneme.store;

import java.nio.file.Path;
import java.util.List;

/// One place where models lie. What it holds may change while Mneme runs, so it is read afresh each
/// time; whatever cannot be read there is passed over.
interface Shelf {
  List<Entry> entries();

  /// A model on a shelf and the way to its file or folder.
  interface Entry {
    StoredModel model();

    /// Where it lies on disk; an embedded model is put there first.
    Path path();
  }

  /// A model that already lies on disk.
  record OnDisk(StoredModel model, Path path) implements Entry {}
}
