package mneme.device.host;

import mneme.device.Numerics;
import mneme.device.host.machine.Workers;
import mneme.device.host.matrix.Product;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;

/// What the kernels of one program share.
final class Setting {
  private final Graph graph;
  private final MemoryPlan plan;
  private final boolean rounds;
  private final Workers workers;
  private final Weights weights;
  private final Product product;
  private final ReadyInputs inputs;
  private final Turns turns = new Turns();

  /// @param store of the host, whose threads compute
  Setting(Graph graph, MemoryPlan plan, Numerics numerics, WeightStore store) {
    this.graph = graph;
    this.plan = plan;
    this.rounds = numerics == Numerics.QUANTIZED;
    this.workers = store.workers();
    this.weights = new Weights(store);
    this.product = new Product(workers);
    this.inputs = new ReadyInputs(workers, rounds);
  }

  Graph graph() {
    return graph;
  }

  /// Whether activations are rounded where they meet quantized weights.
  boolean rounds() {
    return rounds;
  }

  Workers workers() {
    return workers;
  }

  Weights weights() {
    return weights;
  }

  Product product() {
    return product;
  }

  ReadyInputs inputs() {
    return inputs;
  }

  Turns turns() {
    return turns;
  }

  int pageTokens() {
    return plan.pageTokens();
  }

  KvEncoding encoding() {
    return plan.encoding();
  }

  MemoryNeed.Kv kv(int need) {
    if (graph.needs().get(need) instanceof MemoryNeed.Kv kv) {
      return kv;
    }
    throw new IllegalArgumentException("need " + need + " is no KV cache");
  }

  MemoryPlan.Place.InPage page(int need) {
    if (plan.places().get(need) instanceof MemoryPlan.Place.InPage place) {
      return place;
    }
    throw new IllegalArgumentException("need " + need + " does not lie in a page");
  }

  /// Rank of a state need among the states.
  int state(int need) {
    if (plan.places().get(need) instanceof MemoryPlan.Place.InBlock place) {
      return place.state();
    }
    throw new IllegalArgumentException("need " + need + " is no state");
  }
}
