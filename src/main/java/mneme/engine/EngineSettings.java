package mneme.engine;

import com.typesafe.config.Config;
import java.time.Duration;
import mneme.device.Numerics;
import mneme.device.StepSize;
import mneme.format.Encoding;
import mneme.memory.KvEncoding;
import mneme.schedule.BatchLimits;
import mneme.schedule.PoolSize;

/// The keys below `mneme.engine`, read once.
///
/// @param contextTokens longest sequence to serve, where the model allows more
/// @param pageTokens tokens of a page
/// @param kv how keys and values are kept
/// @param numerics how activations are rounded
/// @param limits what bounds a step
/// @param waitingLimit requests that may wait; more are refused
/// @param bufferTokens tokens that a sequence runs ahead of its reader
/// @param checkpointShare of the pool that saved states may take
/// @param keepAlive how long an idle model stays; negative: for ever
/// @param firstBackoff wait before a failed device is opened again
/// @param stepPatience longest step; then the device counts as lost
record EngineSettings(
    int contextTokens,
    int pageTokens,
    KvEncoding kv,
    Numerics numerics,
    BatchLimits limits,
    PoolSize pool,
    int waitingLimit,
    int bufferTokens,
    double checkpointShare,
    Duration keepAlive,
    Duration firstBackoff,
    Duration stepPatience) {
  static EngineSettings of(Config config) {
    Config engine = config.getConfig("mneme.engine");
    return new EngineSettings(
        engine.getInt("context-tokens"),
        engine.getInt("page-tokens"),
        new KvEncoding(
            engine.getEnum(Encoding.class, "kv.keys"), engine.getEnum(Encoding.class, "kv.values")),
        engine.getEnum(Numerics.class, "numerics"),
        new BatchLimits(
            engine.getInt("step.tokens"),
            engine.getInt("step.chunk-tokens"),
            engine.getInt("step.sequences"),
            engine.getInt("step.decode-turns"),
            engine.getInt("step.overtakes")),
        new PoolSize(
            engine.getBytes("pool.bytes"),
            engine.getDouble("pool.share"),
            engine.getBytes("pool.most-bytes")),
        engine.getInt("waiting-limit"),
        engine.getInt("buffer-tokens"),
        engine.getDouble("pool.checkpoint-share"),
        engine.getDuration("keep-alive"),
        engine.getDuration("device-backoff"),
        engine.getDuration("step-patience"));
  }

  /// All sequences that a step can have draw a token each.
  StepSize largestStep() {
    return new StepSize(limits.budgetTokens(), Math.min(limits.budgetTokens(), limits.spans()));
  }
}
