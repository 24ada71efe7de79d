package mneme.engine;

/// Work for one sequence in one step: read the tokens at `[start, start + count)`, and draw the
/// next if they are the last ones known.
///
/// It names no token and no memory: the last token may be drawn by the step before this one, which
/// is still to run when this is written, and where the lease lies the pool adds.
///
/// @param sequence whose tokens they are
/// @param lease number of the lease whose memory is read and written
record Slice(long sequence, long lease, int start, int count, boolean draws) {
  int end() {
    return start + count;
  }
}
