package mneme.engine;

import mneme.memory.LeaseView;

/// A slice with the memory it may touch.
record Run(Slice slice, LeaseView memory) {
  long lease() {
    return slice.lease();
  }
}
