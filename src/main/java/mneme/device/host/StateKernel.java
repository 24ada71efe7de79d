package mneme.device.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import mneme.device.Span;
import mneme.device.host.machine.Workers;
import mneme.graph.Op;
import org.jspecify.annotations.Nullable;

/// A kernel that walks through the tokens of each span in order and remembers a state. The state
/// falls into parts that do not know each other (heads, or runs of channels), which are shared
/// among threads.
abstract class StateKernel implements Kernel, Workers.Task {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;

  private final Workers workers;
  private final int state;
  private final int parts;
  private final Walk[] walks;
  private @Nullable Step step;

  /// @param parts parts of one state
  StateKernel(Op.Stateful op, int parts, Setting setting) {
    workers = setting.workers();
    state = setting.state(op.need());
    this.parts = parts;
    walks = new Walk[workers.count()];
    Arrays.setAll(walks, Walk::new);
  }

  /// Looks up the arrays of this step.
  abstract void bind(Step now);

  /// Reads the tokens of one span, touching one part of the state only.
  abstract void walk(Walk walk);

  /// One part of one span. Each thread has one object for all its walks.
  static final class Walk {
    private final int worker;
    private int row;
    private int count;
    private int part;
    private boolean starts;
    private MemorySegment pool = MemorySegment.NULL;
    private long stateAt;

    private Walk(int worker) {
      this.worker = worker;
    }

    /// First row of the span in the batch.
    int row() {
      return row;
    }

    /// Tokens of the span.
    int count() {
      return count;
    }

    /// Which part of the state.
    int part() {
      return part;
    }

    /// The running thread, for scratch memory.
    int worker() {
      return worker;
    }

    /// Whether the sequence begins here, so that the state's bytes mean nothing.
    boolean starts() {
      return starts;
    }

    /// The memory that the state lies in.
    MemorySegment pool() {
      return pool;
    }

    /// Where number `from` of the state lies in the pool. A walk that computes in place calls
    /// [#clear] before.
    long at(long from) {
      return stateAt + 4 * from;
    }

    /// Zeros at the start of a sequence.
    void clear(long from, int numbers) {
      if (starts) {
        pool.asSlice(at(from), 4L * numbers).fill((byte) 0);
      }
    }

    /// Numbers `[from, from + count)` of the state; zeros at the start of a sequence.
    void read(long from, float[] to, int at, int numbers) {
      if (starts) {
        Arrays.fill(to, at, at + numbers, 0);
      } else {
        MemorySegment.copy(pool, F32, stateAt + 4 * from, to, at, numbers);
      }
    }

    void write(long from, float[] source, int at, int numbers) {
      MemorySegment.copy(source, at, pool, F32, stateAt + 4 * from, numbers);
    }
  }

  @Override
  public void run(Step now) {
    step = now;
    bind(now);
    workers.run(this, now.spans() * parts);
  }

  @Override
  public void chunk(int chunk, int worker) {
    Step now = Objects.requireNonNull(step);
    int index = chunk / parts;
    Span span = now.span(index);
    Walk walk = walks[worker];
    walk.row = now.firstRow(index);
    walk.count = span.tokens().length();
    walk.part = chunk % parts;
    walk.starts = span.start() == 0;
    walk.pool = now.pool();
    walk.stateAt = span.memory().state(state);
    walk(walk);
  }

  /// Parts of about `grain` channels; the last may be shorter.
  static int parts(int channels, int grain) {
    return (channels + grain - 1) / grain;
  }
}
