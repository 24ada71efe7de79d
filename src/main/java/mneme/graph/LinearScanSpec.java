package mneme.graph;

import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// Shape and constants of one [Op.LinearScan].
///
/// @param bonus weight of the current token, one number a key channel `[keyWidth, heads]`, or null
/// @param decay constant decay, one number a head, or null if the op has a decay value
public record LinearScanSpec(
    int heads, float scale, @Nullable Tensor bonus, @Nullable Tensor decay) {}
