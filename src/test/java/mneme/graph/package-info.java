/// Tests of the graph: where it may be cut, and that its parts compute what it computes.
@NullMarked
package mneme.graph;

import org.jspecify.annotations.NullMarked;
