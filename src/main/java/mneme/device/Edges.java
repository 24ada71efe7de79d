package mneme.device;

import mneme.graph.Graph;

/// Where the graph of a program begins and ends, if it is a part of a pass.
///
/// @param givenWidth numbers of a row that must come with the batch, 0 for none
/// @param everyRow whether it gives a row for every token
public record Edges(int givenWidth, boolean everyRow) {
  public static Edges of(Graph graph) {
    return new Edges(graph.givenWidth(), graph.endsInEveryRow());
  }

  /// @throws IllegalArgumentException if `batch` is none for such a graph
  public void check(Batch batch) {
    float[] given = batch.given();
    long wanted = (long) batch.rows() * givenWidth;
    if (wanted > 0 && (given == null || given.length < wanted)) {
      throw new IllegalArgumentException(
          "%d rows of %d numbers must be given, not %s"
              .formatted(
                  batch.rows(), givenWidth, given == null ? "none" : given.length + " numbers"));
    }
    if (everyRow && batch.outputs() != batch.rows()) {
      throw new IllegalArgumentException(
          "%d of %d rows are wanted of a graph that gives them all"
              .formatted(batch.outputs(), batch.rows()));
    }
  }
}
