/// Tests of the load generator against a server of a few lines.
@NullMarked
package mneme.cli.bench;

import org.jspecify.annotations.NullMarked;
