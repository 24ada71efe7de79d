/// The actors of one node: Sequence, MemoryPool, Scheduler, Worker, ModelHost, Node. Open
/// [mneme.engine.Completion] and [mneme.engine.Event] first: what goes in and what comes out.
@NullMarked
package mneme.engine;

import org.jspecify.annotations.NullMarked;
