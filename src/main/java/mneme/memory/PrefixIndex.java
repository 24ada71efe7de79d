package mneme.memory;

/// From tokens to shared pages and checkpoints, one root for each tenant and model.
final class PrefixIndex {
  Match match(PooledModel model, int tenant, Tokens prompt, int atMost) {
    return Match.nothing("nothing is known of this tenant's tokens");
  }

  void publish(Holding holding, Tokens computed) {}

  boolean evictOne() {
    return false;
  }
}
