package mneme.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import mneme.graph.Graph;
import mneme.memory.Chore;
import mneme.memory.Claim;
import mneme.memory.Growth;
import mneme.memory.Lease;
import mneme.memory.Ledger;
import mneme.memory.MemoryPlan;
import mneme.memory.Opening;
import mneme.memory.PoolShape;
import mneme.memory.PoolSpace;
import mneme.memory.SlabSizing;
import mneme.memory.Tokens;

/// A graph on a device whose memory a ledger lends: what an engine does for a step, without actors.
/// States are saved at multiples of `gridTokens`, and everything that was read is published.
public final class LeasedRig implements AutoCloseable {
  private final Ledger ledger;
  private final Program program;
  private final DevicePool pool;
  private final Logits logits;
  private final int gridTokens;
  private long steps;
  private long owners;

  public LeasedRig(Device device, Graph graph, MemoryPlan plan, long poolBytes, int gridTokens) {
    this.gridTokens = gridTokens;
    PoolSpace space = new PoolSpace(poolBytes, device.info().partBytes());
    PoolShape shape = SlabSizing.of(space, List.of(plan));
    ledger = new Ledger(shape, shape.bytes());
    ledger.register(plan, gridTokens);
    program = device.prepare(graph, plan, Numerics.QUANTIZED);
    pool = device.openPool(space.bytes());
    logits = new Logits(graph.vocabulary());
  }

  /// One sequence, what it has read, and its lease.
  public final class Sequence {
    private final Lease lease;
    private final String tenant;
    private final int reused;
    private Tokens read;

    private Sequence(Lease lease, String tenant, Tokens read) {
      this.lease = lease;
      this.tenant = tenant;
      this.reused = read.length();
      this.read = read;
    }

    public int position() {
      return read.length();
    }

    /// Tokens that need not be read again.
    public int reused() {
      return reused;
    }

    /// Its next tokens, all with logits.
    public Piece next(int[] tokens) {
      return new Piece(this, Tokens.of(tokens));
    }
  }

  public record Piece(Sequence sequence, Tokens tokens) {}

  public Sequence open(String tenant, int[] prompt) {
    Tokens known = Tokens.of(prompt);
    Opening opening = ledger.open(new Claim(++owners, tenant, 0, known, known.length()));
    assertThat(opening).isInstanceOf(Opening.Opened.class);
    Opening.Opened opened = (Opening.Opened) opening;
    return new Sequence(opened.lease(), tenant, known.slice(0, opened.reusedTokens()));
  }

  public Sequence fork(Sequence origin) {
    Opening opening = ledger.fork(origin.lease, ++owners, 0);
    assertThat(opening).isInstanceOf(Opening.Opened.class);
    return new Sequence(((Opening.Opened) opening).lease(), origin.tenant, origin.read);
  }

  /// Runs one step and gives a row for every token of it.
  public float[][] step(Piece... pieces) {
    for (Piece piece : pieces) {
      int start = piece.sequence.position();
      int end = start + piece.tokens.length();
      assertThat(ledger.grow(piece.sequence.lease, start, end)).isEqualTo(Growth.GRANTED);
    }
    List<Span> spans = new ArrayList<>();
    for (Piece piece : pieces) {
      var view = ledger.view(piece.sequence.lease);
      int length = piece.tokens.length();
      spans.add(new Span(piece.tokens, piece.sequence.position(), view, length));
    }
    List<Chore> chores = ledger.chores();
    ledger.stepStarted(++steps);
    for (Piece piece : pieces) {
      piece.sequence.read = piece.sequence.read.plus(piece.tokens);
      if (piece.sequence.position() % gridTokens == 0) {
        ledger.checkpoint(piece.sequence.lease);
      }
    }
    run(chores);
    program.run(new Batch(spans), pool, logits);
    ledger.stepEnded(steps);
    for (Piece piece : pieces) {
      ledger.publish(piece.sequence.lease, piece.sequence.read);
    }
    ledger.audit();
    float[][] rows = new float[logits.rows()][];
    Arrays.setAll(rows, logits::row);
    return rows;
  }

  private void run(List<Chore> chores) {
    for (Chore chore : chores) {
      switch (chore) {
        case Chore.Copy(var from, var to, var bytes) -> pool.copy(from, to, bytes);
        case Chore.Zero(var at, var bytes) -> pool.zero(at, bytes);
      }
    }
  }

  /// Ends a sequence; what it read may serve others.
  public void retire(Sequence sequence) {
    assertThat(ledger.retire(sequence.lease, sequence.read)).isTrue();
  }

  /// Ends a sequence as if it had died.
  public void discard(Sequence sequence) {
    assertThat(ledger.discard(sequence.lease)).isTrue();
  }

  @Override
  public void close() {
    program.close();
    pool.close();
  }
}
