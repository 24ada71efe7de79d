/// What a sequence must remember, and which bytes hold it: needs, plan, slabs, pages, leases,
/// prefix index, checkpoints. Open [mneme.memory.MemoryNeed] first, then `MemoryPlan`. Plain
/// single-threaded logic; it knows no device, no actor and no architecture.
@NullMarked
package mneme.memory;

import org.jspecify.annotations.NullMarked;
