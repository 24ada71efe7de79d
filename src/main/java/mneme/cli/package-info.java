/// The command line.
@NullMarked
package mneme.cli;

import org.jspecify.annotations.NullMarked;
