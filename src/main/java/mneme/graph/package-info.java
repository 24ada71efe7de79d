/// The sealed vocabulary of operations, and a forward pass written in it. Open [mneme.graph.Op]
/// first. A graph is data: it names tensors and shapes, never a device and never an architecture.
@NullMarked
package mneme.graph;

import org.jspecify.annotations.NullMarked;
