/// The command line. Open [mneme.cli.CommandLines] first: one line a command. Commands that only
/// compute (`eval`, `tokenize`, `plan` ...) go straight to the rooms they need; `serve`, `run` and
/// `bench` start the engine.
@NullMarked
package mneme.cli;

import org.jspecify.annotations.NullMarked;
