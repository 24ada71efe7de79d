package mneme.graph;

import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// Shape and weights of one [Op.HeadScan].
public record HeadScanSpec(
    int heads,
    int headWidth,
    int stateWidth,
    int groups,
    Tensor a,
    @Nullable Tensor d,
    Tensor dtBias) {}
