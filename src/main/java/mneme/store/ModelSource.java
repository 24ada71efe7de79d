package mneme.store;

import java.util.List;
import java.util.Optional;
import mneme.format.ModelFile;

/// Where a node finds models by name. Calls read the disk, so they block; instances are safe to
/// share between threads.
public interface ModelSource {
  /// Models there are now, each once.
  List<StoredModel> models();

  /// The model that clients mean by `name`; names without a tag mean `latest`.
  Optional<StoredModel> find(String name);

  /// Maps the model's file. The caller closes it after every program made from it.
  ///
  /// @throws mneme.format.ModelFormatException if the file is not what it claims to be
  ModelFile open(StoredModel model);
}
