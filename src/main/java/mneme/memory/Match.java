package mneme.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the prefix index can give a prompt.
///
/// @param tokens leading tokens whose memory is there
/// @param path one node for each page that holds them
/// @param checkpoint states after those tokens; null if the model has none or nothing is reused
/// @param note for a person: why no more is reused
record Match(int tokens, List<IndexNode> path, @Nullable Checkpoint checkpoint, String note) {
  static Match nothing(String note) {
    return new Match(0, List.of(), null, note);
  }
}
