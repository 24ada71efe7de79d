package mneme.memory;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the prefix index can give a prompt.
///
/// @param tokens leading tokens whose memory is there
/// @param path one node for each page that holds them
/// @param checkpoint states after those tokens; null if the model has none or nothing is reused
/// @param note for a person: why no more is reused
/// @param branch where other texts that begin like this one part from it, if a state saved there
///   would have served; 0 if there is no such place
record Match(
    int tokens, List<IndexNode> path, @Nullable Checkpoint checkpoint, String note, int branch) {
  static Match nothing(String note) {
    return new Match(0, List.of(), null, note, 0);
  }
}
