package mneme.device.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import mneme.device.Span;
import mneme.device.host.machine.Workers;
import mneme.graph.Op;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import org.jspecify.annotations.Nullable;

/// Writes the step's keys and values into their pages, then lets blocks of queries read. A block is
/// some consecutive tokens of one span times some query heads of one key-value head; blocks are
/// shared among threads.
final class AttentionKernel implements Kernel, Workers.Task {
  /// Queries (tokens times heads) that read a page together.
  private static final int BLOCK = 64;

  private final Op.Attention op;
  private final Setting setting;
  private final AttentionShape shape;
  private final MemoryPlan.Place.InPage place;
  private final List<AttentionBlock> scratch = new ArrayList<>();
  private final int headsPerBlock;
  private final int tokensPerBlock;
  private final Workers.Task writer = (chunk, _) -> write(chunk);
  private @Nullable Step step;
  private float[] keys = {};
  private float[] values = {};
  private int[] firstChunks = {};

  AttentionKernel(Op.Attention op, Setting setting) {
    this.op = op;
    this.setting = setting;
    MemoryNeed.Kv kv = setting.kv(op.need());
    place = setting.page(op.need());
    float[] sinks =
        op.spec().sinks() == null ? new float[0] : setting.weights().vector(op.spec().sinks());
    shape = new AttentionShape(kv, op.spec(), setting.encoding(), setting.pageTokens(), sinks);
    headsPerBlock = Math.min(shape.queryHeadsPerKv(), BLOCK / 4);
    tokensPerBlock = Math.max(1, BLOCK / headsPerBlock);
    for (int i = 0; i < setting.workers().count(); i++) {
      scratch.add(new AttentionBlock(shape, place, tokensPerBlock * headsPerBlock));
    }
  }

  @Override
  public void run(Step now) {
    step = now;
    if (op.key() != null) {
      keys = now.of(op.key());
      values = op.value() == null ? keys : now.of(op.value());
      setting.workers().run(writer, now.spans());
    }
    setting.workers().run(this, plan(now));
  }

  /// Numbers the blocks of all spans through.
  private int plan(Step now) {
    if (firstChunks.length < now.spans()) {
      firstChunks = new int[now.spans()];
    }
    int chunks = 0;
    for (int s = 0; s < now.spans(); s++) {
      firstChunks[s] = chunks;
      int tokens = now.span(s).tokens().length();
      chunks += (tokens + tokensPerBlock - 1) / tokensPerBlock * headBlocks();
    }
    return chunks;
  }

  private int headBlocks() {
    int perKv = (shape.queryHeadsPerKv() + headsPerBlock - 1) / headsPerBlock;
    return shape.kvHeads() * perKv;
  }

  private void write(int index) {
    Step now = Objects.requireNonNull(step);
    Span span = now.span(index);
    for (int i = 0; i < span.tokens().length(); i++) {
      int position = span.start() + i;
      int row = now.firstRow(index) + i;
      long page = span.memory().page(place.group(), position / setting.pageTokens());
      int token = position % setting.pageTokens();
      for (int head = 0; head < shape.kvHeads(); head++) {
        int key = (row * shape.kvHeads() + head) * shape.keyWidth();
        shape.keys().write(now.pool(), page + place.keysAt(), head, token, keys, key);
        if (!shape.isLatent()) {
          int value = (row * shape.kvHeads() + head) * shape.valueWidth();
          shape.values().write(now.pool(), page + place.valuesAt(), head, token, values, value);
        }
      }
    }
  }

  @Override
  public void chunk(int chunk, int worker) {
    Step now = Objects.requireNonNull(step);
    int index = now.spans() - 1;
    while (firstChunks[index] > chunk) {
      index--;
    }
    int local = chunk - firstChunks[index];
    int token = local / headBlocks() * tokensPerBlock;
    int headBlock = local % headBlocks();
    int perKv = headBlocks() / shape.kvHeads();
    int kvHead = headBlock / perKv;
    int head = kvHead * shape.queryHeadsPerKv() + headBlock % perKv * headsPerBlock;
    int heads = Math.min(headsPerBlock, (kvHead + 1) * shape.queryHeadsPerKv() - head);
    Span span = now.span(index);
    int tokens = Math.min(tokensPerBlock, span.tokens().length() - token);
    AttentionBlock block = scratch.get(worker);
    block.begin(now.of(op.query()), now.firstRow(index) + token, tokens, head, heads);
    block.read(now.pool(), span, span.start() + token);
    block.end(now.of(op.out()));
  }
}
