package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The checkpoints of a prefix index in the order of their paths: what each saves beyond the one
/// before it, and whether the text has gone on to a later one, which then is likelier to be used.
final class Checkpoints {
  private final Eviction eviction;

  Checkpoints(Eviction eviction) {
    this.eviction = eviction;
  }

  /// Puts `checkpoint` into its node. If the one before it is followed by no other, the uses of
  /// that one count for this: the conversation goes on from here.
  void put(Checkpoint checkpoint) {
    checkpoint.node.checkpoints.put(checkpoint.position, checkpoint);
    Checkpoint before = before(checkpoint);
    List<Checkpoint> after = after(checkpoint);
    after.forEach(next -> follow(next, checkpoint));
    follow(checkpoint, before);
    checkpoint.isPassed = after.size() == 1;
    eviction.touch(checkpoint);
    if (before != null) {
      judge(before);
      if (before.isPassed) {
        checkpoint.uses += before.uses - 1;
        before.uses = 1;
        eviction.revalue(before);
      }
    }
    eviction.enter(checkpoint);
  }

  void remove(Checkpoint checkpoint) {
    Checkpoint before = before(checkpoint);
    List<Checkpoint> after = after(checkpoint);
    eviction.leave(checkpoint);
    checkpoint.node.checkpoints.remove(checkpoint.position);
    after.forEach(next -> follow(next, before));
    if (before != null) {
      judge(before);
    }
  }

  private void follow(Checkpoint checkpoint, @Nullable Checkpoint before) {
    checkpoint.savedTokens = checkpoint.position - (before == null ? 0 : before.position);
    eviction.revalue(checkpoint);
  }

  private void judge(Checkpoint checkpoint) {
    checkpoint.isPassed = after(checkpoint).size() == 1;
    eviction.revalue(checkpoint);
  }

  /// The last one before `checkpoint` on its path.
  private static @Nullable Checkpoint before(Checkpoint checkpoint) {
    for (IndexNode at = checkpoint.node; at != null; at = at.parent) {
      Map.Entry<Integer, Checkpoint> before = at.checkpoints.lowerEntry(checkpoint.position);
      if (before != null) {
        return before.getValue();
      }
    }
    return null;
  }

  /// The first ones after `checkpoint`, one for each way in which the text goes on.
  private static List<Checkpoint> after(Checkpoint checkpoint) {
    Map.Entry<Integer, Checkpoint> next =
        checkpoint.node.checkpoints.higherEntry(checkpoint.position);
    if (next != null) {
      return List.of(next.getValue());
    }
    List<Checkpoint> after = new ArrayList<>();
    List<IndexNode> open = new ArrayList<>();
    checkpoint.node.children().forEach(open::add);
    while (!open.isEmpty()) {
      IndexNode node = open.removeLast();
      Map.Entry<Integer, Checkpoint> first = node.checkpoints.firstEntry();
      if (first == null) {
        node.children().forEach(open::add);
      } else {
        after.add(first.getValue());
      }
    }
    return after;
  }
}
