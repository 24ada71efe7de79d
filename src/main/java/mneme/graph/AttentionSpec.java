package mneme.graph;

import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// Numbers of one attention. Query head h reads key-value head `h / (queryHeads / kvHeads)`; head
/// counts and widths of keys and values stand in the memory need.
///
/// @param scale multiplies q·k
/// @param softcap c > 0 turns a score s into `c * tanh(s / c)`; 0 leaves it
/// @param sinks one extra logit a query head that enters the softmax denominator only, or null
/// @param latentValueWidth for a latent cache: how many leading numbers of a key row are its value;
///   else 0
public record AttentionSpec(
    int queryHeads, float scale, float softcap, @Nullable Tensor sinks, int latentValueWidth) {}
