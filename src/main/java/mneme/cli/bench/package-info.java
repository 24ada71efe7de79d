/// Load on any server of the OpenAI dialect, and what it answers: throughput, time to first token,
/// latency between tokens. Open [mneme.cli.bench.LoadTest] first.
@NullMarked
package mneme.cli.bench;

import org.jspecify.annotations.NullMarked;
