package mneme.memory;

/// Why the pool cannot grant something now. Nothing was granted in part.
///
/// @param neededBytes pages and states that were asked for
/// @param missingBytes bytes that must come back first, in whole slabs where sizes differ
/// @param restingBytes bytes that come back by themselves when the steps that run now have ended
/// @param passesByItself whether those resting bytes are enough, so that waiting for the step is
///   all there is to do
public record Shortage(
    long neededBytes, long missingBytes, long restingBytes, boolean passesByItself) {}
