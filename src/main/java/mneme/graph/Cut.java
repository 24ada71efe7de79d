package mneme.graph;

import java.util.List;

/// A place between two ops where a pass may be cut in two, so that two devices share it: nothing
/// that a sequence remembers is used on both sides.
///
/// @param op index of the first op behind the cut
/// @param live what is computed before the cut and read behind it, in the order of the ops
public record Cut(int op, List<Value> live) {
  public Cut {
    live = List.copyOf(live);
  }

  /// Numbers of a row that go from one side to the other.
  public int width() {
    return live.stream().mapToInt(Value::width).sum();
  }

  /// The sensible cuts of a whole pass, in order: where the least goes across, and something is
  /// computed on either side. Mostly that is behind each mixer and behind each feed-forward.
  public static List<Cut> candidates(Graph graph) {
    return new Cuts(graph).candidates();
  }

  /// A graph for each part that `cuts`, in ascending order, leave of `graph`. Each takes the same
  /// tokens; from the second on it is also given the rows that the part before it ended in, of
  /// [#width()] numbers. Values and needs keep their numbers.
  ///
  /// @throws IllegalArgumentException if the cuts are not in order or not of this graph
  public static List<Graph> parts(Graph graph, List<Cut> cuts) {
    return new Parts(graph).of(cuts);
  }
}
