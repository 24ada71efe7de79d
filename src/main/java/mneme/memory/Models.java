package mneme.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The models of one ledger by their numbers. A number that was given back goes to the next.
final class Models {
  private final List<@Nullable PooledModel> byNumber = new ArrayList<>();

  int freeNumber() {
    int free = byNumber.indexOf(null);
    return free < 0 ? byNumber.size() : free;
  }

  void add(PooledModel model) {
    while (byNumber.size() <= model.number) {
      byNumber.add(null);
    }
    if (byNumber.set(model.number, model) != null) {
      throw new LedgerException("model %d is known already".formatted(model.number));
    }
  }

  PooledModel get(int number) {
    PooledModel model = number < byNumber.size() ? byNumber.get(number) : null;
    if (model == null) {
      throw new LedgerException("no model has number " + number);
    }
    return model;
  }

  PooledModel remove(int number) {
    PooledModel model = get(number);
    byNumber.set(number, null);
    return model;
  }

  List<PooledModel> all() {
    return byNumber.stream().filter(Objects::nonNull).toList();
  }
}
