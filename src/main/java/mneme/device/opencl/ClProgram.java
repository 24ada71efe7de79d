package mneme.device.opencl;

import java.lang.foreign.MemorySegment;
import mneme.device.Batch;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import mneme.device.Logits;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.graph.Value;
import mneme.memory.MemoryPlan;

/// A graph on an OpenCL device. A step is one sequence of launches, waited for once, at its end.
final class ClProgram implements Program {
  private final ClQueue queue;
  private final Graph graph;
  private final ScratchPlan places;
  private final ClWeights weights;
  private final StepTables tables;
  private final RowOps rowOps;
  private final MatrixOps matrixOps;
  private final MemoryOps memoryOps;
  private ClBuffer scratch;

  ClProgram(ClQueue queue, ClKernels kernels, Graph graph, MemoryPlan plan) {
    this.queue = queue;
    this.graph = graph;
    this.places = new ScratchPlan(graph);
    this.weights = new ClWeights(queue);
    this.tables = new StepTables(queue, plan);
    this.scratch = queue.allocate(16, "the scratch");
    this.rowOps = new RowOps(kernels, weights, tables, queue);
    this.matrixOps = new MatrixOps(kernels, weights, tables);
    this.memoryOps = new MemoryOps(kernels, weights, tables, graph, plan);
    graph.ops().forEach(this::prepare);
  }

  /// Uploads and builds what `op` needs, and refuses what its kernel cannot do.
  private void prepare(Op op) {
    switch (op) {
      case Op.Embed o -> matrixOps.prepare("embed", o.table());
      case Op.MatMul o -> matrixOps.prepare("product", o.weight());
      case Op.BlockMatMul o -> matrixOps.prepare("product", o.weight());
      case Op.ExpertMatMul o -> matrixOps.prepare("expert_product", o.weight());
      case Op.Stateful o -> memoryOps.check(o);
      default -> {}
    }
  }

  /// One step: where values are now, and how many rows are still alive.
  final class Step {
    private final int allRows;
    private final int spans;
    private final ClBuffer pool;
    private int rows;
    private int op;

    Step(Batch batch, ClPool pool) {
      this.allRows = batch.rows();
      this.rows = allRows;
      this.spans = batch.spans().size();
      this.pool = pool.buffer();
    }

    int rows() {
      return rows;
    }

    void keepRows(int count) {
      rows = count;
    }

    int spans() {
      return spans;
    }

    ClBuffer pool() {
      return pool;
    }

    ClBuffer scratch() {
      return scratch;
    }

    /// Where a value begins, in floats.
    long at(Value value) {
      return (long) places.column(value) * allRows;
    }

    /// Where the op's working room begins, in floats.
    long work() {
      return (long) places.workColumn(op) * allRows;
    }

    int count(Value value) {
      return Math.multiplyExact(rows, value.width());
    }
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    if (!(pool instanceof ClPool own)) {
      throw new DeviceException(
          DeviceException.Kind.FAILED, "the pool belongs to another kind of device");
    }
    float[] out = logits.reserve(batch.outputs());
    if (batch.rows() == 0) {
      return;
    }
    reserve(batch.rows());
    tables.fill(batch);
    var step = new Step(batch, own);
    for (step.op = 0; step.op < graph.ops().size(); step.op++) {
      run(graph.ops().get(step.op), step, batch);
    }
    if (step.rows() > 0) {
      MemorySegment target = MemorySegment.ofArray(out).asSlice(0, 4L * step.count(graph.logits()));
      queue.read(scratch, 4 * step.at(graph.logits()), target);
    }
    queue.finish();
  }

  private void run(Op op, Step step, Batch batch) {
    if (step.rows() == 0) {
      return;
    }
    switch (op) {
      case Op.Embed o -> matrixOps.embed(o, step);
      case Op.MatMul o -> matrixOps.product(o, step);
      case Op.BlockMatMul o -> matrixOps.blockProduct(o, step);
      case Op.ExpertMatMul o -> matrixOps.expertProduct(o, step);
      case Op.OutputRows o -> rowOps.outputRows(o, step, batch.outputs());
      case Op.Stateful o -> memoryOps.run(o, step);
      default -> rowOps.run(op, step);
    }
  }

  private void reserve(int rows) {
    long bytes = scratchBytes(places, rows);
    if (bytes > scratch.bytes()) {
      scratch.release();
      scratch = queue.allocate(bytes, "the scratch of a step of " + rows + " rows");
    }
  }

  static ProgramSize measure(Graph graph, StepSize largest) {
    return new ProgramSize(
        ClWeights.bytes(graph), scratchBytes(new ScratchPlan(graph), largest.rows()));
  }

  private static long scratchBytes(ScratchPlan places, int rows) {
    return 4L * rows * places.width();
  }

  @Override
  public long weightBytes() {
    return weights.bytes();
  }

  @Override
  public long scratchBytes() {
    return scratch.bytes();
  }

  @Override
  public void close() {
    queue.finish();
    scratch.release();
    rowOps.close();
    tables.close();
    weights.close();
  }
}
