/// Tests that drive the command line in this process.
@NullMarked
package mneme.cli;

import org.jspecify.annotations.NullMarked;
