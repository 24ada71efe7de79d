package mneme.cli.bench;

import mneme.format.Encoding;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;

/// What steps of a model move and multiply at the least: every weight once a step as it lies in the
/// file, the keys and values that each token sees, each state read and written; products of
/// matrices and of attention. A device that does more does it for nothing.
final class StepCost {
  private final Graph graph;
  private final KvEncoding encoding;

  StepCost(Graph graph, KvEncoding encoding) {
    this.graph = graph;
    this.encoding = encoding;
  }

  /// A step of `sequences` sequences alike.
  ///
  /// @param before tokens that each has read before it
  /// @param rows tokens that each reads in it
  /// @param outputs rows of logits that each wants, from its end
  record Load(int sequences, int before, int rows, int outputs) {
    long allRows() {
      return (long) sequences * rows;
    }

    long allOutputs() {
      return (long) sequences * outputs;
    }

    /// Pairs of a token of one sequence and one that it sees, itself included.
    long pairs(int windowTokens) {
      long pairs = 0;
      for (int row = 0; row < rows; row++) {
        pairs += seen(before + row + 1, windowTokens);
      }
      return pairs;
    }

    private static long seen(int tokens, int windowTokens) {
      return windowTokens == 0 ? tokens : Math.min(tokens, windowTokens);
    }
  }

  long bytes(Load load) {
    double bytes = 0;
    long rows = load.allRows();
    for (Op op : graph.ops()) {
      if (op instanceof Op.OutputRows) {
        rows = load.allOutputs();
      }
      bytes += rows == 0 ? 0 : weightBytes(op, rows);
    }
    for (MemoryNeed need : graph.needs()) {
      bytes += load.sequences() * memoryBytes(need, load);
    }
    return (long) bytes;
  }

  private static double weightBytes(Op op, long rows) {
    return switch (op) {
      case Op.Embed o -> (double) rows * rowBytes(o.table());
      case Op.MatMul o -> o.weight().bytes();
      case Op.BlockMatMul o -> o.weight().bytes();
      case Op.ExpertMatMul o -> {
        int experts = o.weight().matrices();
        double unread = Math.pow(1 - (double) o.chosen() / experts, rows);
        yield o.weight().bytes() * (1 - unread); // experts are chosen alike
      }
      default -> 0;
    };
  }

  private static long rowBytes(Tensor table) {
    Encoding encoding = table.encoding();
    return encoding.bytes(table.columns());
  }

  /// Of one sequence. A row of keys and values that several tokens of a step see is read once.
  private double memoryBytes(MemoryNeed need, Load load) {
    return switch (need) {
      case MemoryNeed.State state -> 2 * 4.0 * state.floats();
      case MemoryNeed.Kv kv -> {
        long tokens = (long) load.before() + load.rows();
        long seen =
            kv.windowTokens() == 0
                ? tokens
                : Math.min(tokens, kv.windowTokens() + load.rows() - 1L);
        yield (double) kv.heads() * (seen + load.rows()) * tokenBytes(kv);
      }
    };
  }

  private int tokenBytes(MemoryNeed.Kv kv) {
    int values = kv.valueWidth() == 0 ? 0 : KvEncoding.rowBytes(encoding.values(), kv.valueWidth());
    return KvEncoding.rowBytes(encoding.keys(), kv.keyWidth()) + values;
  }

  /// Products and sums, each counted.
  long flops(Load load) {
    double flops = 0;
    long rows = load.allRows();
    for (Op op : graph.ops()) {
      if (op instanceof Op.OutputRows) {
        rows = load.allOutputs();
      }
      flops += 2 * products(op, rows, load);
    }
    return (long) flops;
  }

  private double products(Op op, long rows, Load load) {
    return switch (op) {
      case Op.MatMul o -> (double) rows * o.weight().elements();
      case Op.BlockMatMul o -> (double) rows * o.weight().elements();
      case Op.ExpertMatMul o ->
          (double) rows * o.chosen() * o.weight().columns() * o.weight().rows();
      case Op.Attention o -> {
        var kv = (MemoryNeed.Kv) graph.needs().get(o.need());
        int valueWidth = kv.valueWidth() == 0 ? o.spec().latentValueWidth() : kv.valueWidth();
        double width = (double) o.spec().queryHeads() * (kv.keyWidth() + valueWidth);
        yield load.sequences() * load.pairs(kv.windowTokens()) * width;
      }
      default -> 0;
    };
  }
}
