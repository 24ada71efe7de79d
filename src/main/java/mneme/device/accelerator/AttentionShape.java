package mneme.device.accelerator;

import mneme.format.Encoding;
import mneme.graph.Op;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;

/// What the kernels of `attention.kernel` are built for.
///
/// @param valueRowWidth numbers of a row that values lie in, of which the first `valueWidth` are
///   the value
/// @param heads query heads
/// @param kvHeads heads of keys and values
/// @param isCapped whether scores have a soft cap
record AttentionShape(
    Encoding keys,
    int keyWidth,
    Encoding values,
    int valueRowWidth,
    int valueWidth,
    int heads,
    int kvHeads,
    boolean isCapped) {
  /// Positions of a part.
  static final int PART = 128;

  private static final int FEWEST_SLOTS = 4;
  private static final int MOST_SLOTS = 8;

  /// What a work-group shares for each slot beside its query, and how much it has for slots.
  private static final int SLOT_BYTES = 576;

  private static final int ALL_SLOTS_BYTES = 23040;

  static AttentionShape of(Op.Attention op, MemoryNeed.Kv kv, MemoryPlan plan) {
    boolean latent = kv.valueWidth() == 0;
    Encoding keys = plan.encoding().keys();
    return new AttentionShape(
        keys,
        kv.keyWidth(),
        latent ? keys : plan.encoding().values(),
        latent ? kv.keyWidth() : kv.valueWidth(),
        latent ? op.spec().latentValueWidth() : kv.valueWidth(),
        op.spec().queryHeads(),
        kv.heads(),
        op.spec().softcap() != 0);
  }

  /// Whether the queries of a work-group fit what it shares.
  boolean fits() {
    return FEWEST_SLOTS * slotBytes() <= ALL_SLOTS_BYTES;
  }

  private int slotBytes() {
    return SLOT_BYTES + 4 * Math.ceilDiv(keyWidth, 4) * 4;
  }

  /// Queries of a work-group where spans have many rows.
  int mostSlots() {
    int slots = MOST_SLOTS;
    while (slots > FEWEST_SLOTS && slots * slotBytes() > ALL_SLOTS_BYTES) {
      slots /= 2;
    }
    return slots;
  }

  /// Queries of a work-group where each span has one row: no more than share a head.
  int fewSlots() {
    int slots = FEWEST_SLOTS;
    while (slots < Math.min(mostSlots(), heads / kvHeads)) {
      slots *= 2;
    }
    return slots;
  }

  /// Work-groups of a row that is alone in its span, if each goes through all parts.
  long groups(int slots) {
    return (long) kvHeads * Math.ceilDiv(heads / kvHeads, slots);
  }

  /// Bytes of what the parts of one row leave to be added up.
  long partBytes() {
    return 4L * heads * (valueWidth + 2);
  }
}
