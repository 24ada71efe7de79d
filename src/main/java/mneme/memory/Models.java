package mneme.memory;

import java.util.Collection;
import java.util.TreeMap;

/// The models of one ledger by their numbers.
final class Models {
  private final TreeMap<Integer, PooledModel> byNumber = new TreeMap<>();

  int freeNumber() {
    return byNumber.isEmpty() ? 0 : byNumber.lastKey() + 1;
  }

  void add(PooledModel model) {
    if (byNumber.putIfAbsent(model.number, model) != null) {
      throw new LedgerException("model %d is known already".formatted(model.number));
    }
  }

  PooledModel get(int number) {
    PooledModel model = byNumber.get(number);
    if (model == null) {
      throw new LedgerException("no model has number " + number);
    }
    return model;
  }

  PooledModel remove(int number) {
    PooledModel model = get(number);
    byNumber.remove(number);
    return model;
  }

  Collection<PooledModel> all() {
    return byNumber.values();
  }
}
