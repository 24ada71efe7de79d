package mneme.engine;

import org.apache.pekko.actor.typed.ActorRef;

/// A device of a node, in actors: who lends its memory, and who owns its thread.
///
/// @param device its id
record Station(String device, ActorRef<MemoryPool.Command> pool, ActorRef<Worker.Command> worker) {}
