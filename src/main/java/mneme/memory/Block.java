package mneme.memory;

import org.jspecify.annotations.Nullable;

/// One object in the pool: a page of one KV group, or a state block, live or saved. Its address
/// changes when it is moved; its identity does not, so page tables and the prefix index name
/// blocks, never addresses.
final class Block {
  enum Kind {
    PAGE,
    STATE,
    CHECKPOINT
  }

  final SizeClass size;
  Kind kind;
  final int tenant;

  Slab slab;
  int place;

  /// How many leases hold it.
  int leases;

  /// Where the prefix index keeps it, or null.
  @Nullable IndexNode cachedIn;

  /// The lease that may append to a shared page in place, past [#frozenTokens].
  @Nullable Holding writer;

  /// Leading tokens of the page that others rely on.
  int frozenTokens;

  boolean isResting;

  /// Holds bytes that nobody may rely on; they are scrubbed even for the same tenant.
  boolean isTainted;

  /// Newest step that may touch it, from the moment a lease let it go.
  long lastStep;

  Block(SizeClass size, Kind kind, int tenant, Slab slab) {
    this.size = size;
    this.kind = kind;
    this.tenant = tenant;
    this.slab = slab;
  }

  /// Whether `holding` may write from token `slot` of this page on without disturbing anyone.
  boolean isWritable(Holding holding, int slot) {
    return leases == 1 && cachedIn == null || writer == holding && slot >= frozenTokens;
  }

  /// Others rely on the first `tokens` tokens of this page from now on.
  void freeze(int tokens) {
    frozenTokens = Math.max(frozenTokens, tokens);
  }

  long at() {
    return slab.at(place);
  }

  boolean isCachedOnly() {
    return leases == 0 && cachedIn != null;
  }

  @Override
  public String toString() {
    return "%s of %d bytes at %d (%d leases%s%s)"
        .formatted(
            kind,
            size.bytes,
            at(),
            leases,
            cachedIn == null ? "" : ", cached",
            isResting ? ", resting" : "");
  }
}
