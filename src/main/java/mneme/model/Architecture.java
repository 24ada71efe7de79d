package mneme.model;

import java.util.List;
import mneme.format.ModelFile;
import mneme.graph.Graph;

/// Writes the forward pass of one family of models.
public interface Architecture {
  /// Values of `general.architecture` that this family answers to.
  List<String> names();

  /// The whole forward pass, with the memory its layers need.
  ///
  /// @param contextTokens the longest sequence to be served; few families depend on it
  /// @throws mneme.format.ModelFormatException if the file lacks something or says something that
  ///   this family does not know
  Graph graph(ModelFile file, int contextTokens);
}
