package mneme.device.accelerator;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mneme.device.Batch;
import mneme.device.DeviceException;
import mneme.device.DevicePool;
import mneme.device.Edges;
import mneme.device.Logits;
import mneme.device.Program;
import mneme.device.ProgramSize;
import mneme.device.StepSize;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.memory.MemoryPlan;

/// A graph on an accelerator. A step is one sequence of launches, waited for once, at its end.
final class AcceleratedProgram implements Program {
  /// Whatever the graph and the steps: where tokens are chosen, and what stands for no tensor.
  private static final long FIXED_BYTES = BestTokens.ROOM_BYTES + Weights.NOTHING_BYTES;

  private final Accelerator accelerator;
  private final Graph graph;
  private final Edges edges;
  private final Stages stages;
  private final ScratchPlan places;
  private final int scratchWidth;
  private final Weights weights;
  private final StepTables tables;
  private final RowOps rowOps;
  private final MatrixOps matrixOps;
  private final AttentionOps attentionOps;
  private final ScanOps scanOps;
  private final BestTokens bestTokens;
  private final boolean hasOutputRows;

  /// Stands for this program where others outlive it.
  private final Object identity = new Object();

  private Memory scratch;

  private AcceleratedProgram(
      WeightStore store, Graph graph, MemoryPlan plan, Optional<MatrixUnit> unit) {
    this.accelerator = store.accelerator();
    this.graph = graph;
    this.edges = Edges.of(graph);
    this.stages = new Stages(graph);
    this.places = new ScratchPlan(graph, stages);
    Optional<HalvesPlan> halves = unit.map(_ -> new HalvesPlan(stages, places.width()));
    this.scratchWidth = scratchWidth(places, halves);
    this.weights = new Weights(store);
    this.tables = new StepTables(accelerator, graph, plan);
    this.scratch = accelerator.allocate(16, "the scratch");
    this.rowOps = new RowOps(accelerator, weights, tables);
    this.matrixOps =
        new MatrixOps(
            accelerator,
            weights,
            tables,
            unit.map(shape -> new UnitOps(accelerator, weights, shape, halves.orElseThrow())));
    this.attentionOps = new AttentionOps(accelerator, weights, tables, graph, plan);
    this.scanOps = new ScanOps(accelerator, weights, tables, plan);
    this.bestTokens = new BestTokens(accelerator);
    this.hasOutputRows = graph.ops().stream().anyMatch(Op.OutputRows.class::isInstance);
  }

  /// Uploads the weights that no other program has there; holds nothing if that fails.
  ///
  /// @param unit that products use, or empty if none
  static AcceleratedProgram prepare(
      WeightStore store, Graph graph, MemoryPlan plan, Optional<MatrixUnit> unit) {
    var program = new AcceleratedProgram(store, graph, plan, unit);
    try {
      graph.ops().forEach(program::prepare);
    } catch (RuntimeException | Error e) {
      program.close();
      throw e;
    }
    return program;
  }

  /// Uploads and builds what `op` needs, and refuses what its kernel cannot do.
  private void prepare(Op op) {
    OpWeights.vectors(op).forEach(weights::vector);
    switch (op) {
      case Op.Embed o -> matrixOps.prepare(o);
      case Op.MatMul o -> matrixOps.prepare(o);
      case Op.BlockMatMul o -> matrixOps.prepare(o);
      case Op.ExpertMatMul o -> matrixOps.prepare(o);
      case Op.Route o -> RowOps.check(o);
      case Op.Attention o -> attentionOps.prepare(o);
      case Op.Stateful o -> scanOps.prepare(o);
      default -> {}
    }
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    if (!(pool instanceof AcceleratedPool own)) {
      throw new DeviceException(
          DeviceException.Kind.FAILED, "the pool belongs to another kind of device");
    }
    edges.check(batch);
    if (batch.outputs() == 0) {
      logits.reserve(0);
    }
    if (batch.rows() == 0) {
      return;
    }
    reserve(batch.rows());
    tables.reserve(batch.rows());
    tables.fill(batch, own);
    var step = new Step(places, scratch, own, tables);
    int wanted = hasOutputRows ? batch.outputs() : batch.rows();
    graph.ops().forEach(op -> give(op, batch, step));
    accelerator.repeat(shape(step, batch.outputs()), () -> launch(step, batch.outputs()));
    if (wanted > 0) {
      fetch(step.at(graph.logits()), wanted, logits);
    }
    accelerator.finish();
  }

  private void fetch(long at, int rows, Logits logits) {
    if (!edges.everyRow() && BestTokens.isFor(logits)) {
      bestTokens.choose(scratch, at, rows, logits);
    } else {
      MemorySegment all = MemorySegment.ofArray(logits.reserve(rows));
      accelerator.read(scratch, at, all.asSlice(0, 4L * rows * logits.vocabulary()));
    }
  }

  /// What the launches of a step depend on.
  private record Shape(
      Object program, int rows, int spans, int outputs, int parts, List<Memory> memories) {}

  private Shape shape(Step step, int outputs) {
    return new Shape(
        identity,
        step.rows(),
        step.spans(),
        outputs,
        tables.lastPosition() / AttentionShape.PART,
        memories(step));
  }

  private List<Memory> memories(Step step) {
    List<Memory> memories = new ArrayList<>(step.pool().arguments());
    memories.add(scratch);
    memories.add(tables.memory());
    return memories;
  }

  private void launch(Step step, int outputs) {
    List<Op> ops = stages.ops();
    for (int i = 0; i < ops.size() && step.rows() > 0; i++) {
      if (stages.begins(i)) {
        accelerator.barrier();
      }
      matrixOps.begin(i, step);
      run(ops.get(i), step, outputs);
    }
  }

  private void run(Op op, Step step, int outputs) {
    switch (op) {
      case Op.Embed o -> matrixOps.embed(o, step);
      case Op.Given _ -> {} // its rows were written before
      case Op.MatMul o -> matrixOps.product(o, step);
      case Op.BlockMatMul o -> matrixOps.blockProduct(o, step);
      case Op.ExpertMatMul o -> matrixOps.expertProduct(o, step);
      case Op.OutputRows o -> rowOps.outputRows(o, step, outputs);
      case Op.Attention o -> attentionOps.run(o, step);
      case Op.Stateful o -> scanOps.run(o, step);
      default -> rowOps.run(op, step);
    }
  }

  /// Rows that come with the batch are there before anything is launched. Their op is in the first
  /// stage, so nobody else has their place until they are read.
  private void give(Op op, Batch batch, Step step) {
    float[] rows = batch.given();
    if (op instanceof Op.Given given && rows != null) {
      long bytes = 4L * step.count(given.out());
      MemorySegment source = MemorySegment.ofArray(rows).asSlice(0, bytes);
      accelerator.write(scratch, step.at(given.out()), source);
    }
  }

  private void reserve(int rows) {
    long bytes = 4L * rows * scratchWidth;
    if (bytes > scratch.bytes()) {
      scratch.release();
      scratch = accelerator.allocate(bytes, "the scratch of a step of " + rows + " rows");
    }
  }

  static ProgramSize measure(
      Graph graph, MemoryPlan plan, StepSize largest, Optional<MatrixUnit> unit) {
    Stages stages = new Stages(graph);
    ScratchPlan places = new ScratchPlan(graph, stages);
    Optional<HalvesPlan> halves = unit.map(_ -> new HalvesPlan(stages, places.width()));
    return new ProgramSize(
        Weights.bytes(graph),
        4L * largest.rows() * scratchWidth(places, halves)
            + StepTables.bytes(graph, plan, largest.rows())
            + AttentionOps.roomBytes(graph)
            + FIXED_BYTES);
  }

  private static int scratchWidth(ScratchPlan places, Optional<HalvesPlan> halves) {
    return places.width() + halves.map(HalvesPlan::width).orElse(0);
  }

  @Override
  public long weightBytes() {
    return weights.bytes();
  }

  @Override
  public long scratchBytes() {
    return scratch.bytes() + tables.bytes() + AttentionOps.roomBytes(graph) + FIXED_BYTES;
  }

  @Override
  public void close() {
    accelerator.finish();
    scratch.release();
    bestTokens.close();
    attentionOps.close();
    tables.close();
    weights.close();
  }
}
