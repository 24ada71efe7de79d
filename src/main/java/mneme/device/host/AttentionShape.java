package mneme.device.host;

import mneme.graph.AttentionSpec;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;

/// Numbers of one attention, and how its keys and values lie in pages.
final class AttentionShape {
  private final MemoryNeed.Kv kv;
  private final AttentionSpec spec;
  private final int pageTokens;
  private final float[] sinks;
  private final KvPages keys;
  private final KvPages values;

  AttentionShape(
      MemoryNeed.Kv kv, AttentionSpec spec, KvEncoding encoding, int pageTokens, float[] sinks) {
    this.kv = kv;
    this.spec = spec;
    this.pageTokens = pageTokens;
    this.sinks = sinks;
    keys = new KvPages(encoding.keys(), true, kv.heads(), kv.keyWidth(), pageTokens);
    values = new KvPages(encoding.values(), false, kv.heads(), valueWidth(), pageTokens);
  }

  KvPages keys() {
    return keys;
  }

  KvPages values() {
    return values;
  }

  int kvHeads() {
    return kv.heads();
  }

  int queryHeads() {
    return spec.queryHeads();
  }

  int queryHeadsPerKv() {
    return spec.queryHeads() / kv.heads();
  }

  int keyWidth() {
    return kv.keyWidth();
  }

  /// Whether the leading part of a key row is its value.
  boolean isLatent() {
    return kv.valueWidth() == 0;
  }

  int valueWidth() {
    return isLatent() ? spec.latentValueWidth() : kv.valueWidth();
  }

  int pageTokens() {
    return pageTokens;
  }

  /// Tokens that a query sees, itself included; 0 for all.
  int windowTokens() {
    return kv.windowTokens();
  }

  float scale() {
    return spec.scale();
  }

  float softcap() {
    return spec.softcap();
  }

  boolean hasSinks() {
    return sinks.length > 0;
  }

  float sink(int queryHead) {
    return sinks[queryHead];
  }
}
