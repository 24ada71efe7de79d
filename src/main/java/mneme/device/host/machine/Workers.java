package mneme.device.host.machine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Threads that share the chunks of one task at a time with the thread that asks. Chunks are taken
/// one by one, so a thread that the system holds up costs one chunk and not a share; threads
/// without work spin for some microseconds and then park, so an idle pool takes nothing from its
/// neighbours.
///
/// Running a task allocates nothing.
public final class Workers implements AutoCloseable {
  /// A task in chunks that may run in any order and at the same time.
  public interface Task {
    /// @param worker number of the running thread, below [Workers#count]; for scratch memory
    void chunk(int chunk, int worker);
  }

  private static final int SPINS = 3000;

  /// A next chunk that is beyond the last of every task.
  private static final long NO_CHUNK = Integer.MAX_VALUE;

  private final Thread[] threads;
  private final Parking[] parking;

  /// High half: number of the task; low half: next chunk. Whoever raises it owns that chunk, and as
  /// long as one chunk is owned the fields of its task stay as they are.
  private final AtomicLong ticket = new AtomicLong();

  private final AtomicInteger done = new AtomicInteger();
  private volatile @Nullable Task task;
  private volatile int chunks;
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Thread asker;
  private volatile boolean closed;

  private static final class Parking {
    volatile boolean parked;
  }

  /// @param count threads that compute, the asking one among them
  public Workers(int count) {
    threads = new Thread[count - 1];
    parking = new Parking[count - 1];
    for (int i = 0; i < threads.length; i++) {
      int worker = i + 1;
      parking[i] = new Parking();
      threads[i] = new Thread(() -> work(worker), "mneme-host-" + worker);
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  public int count() {
    return threads.length + 1;
  }

  /// Runs all chunks and returns when the last is done.
  ///
  /// @throws RuntimeException what a chunk threw; the others have run
  public void run(Task work, int count) {
    if (count <= 1 || threads.length == 0) {
      for (int chunk = 0; chunk < count; chunk++) {
        work.chunk(chunk, 0);
      }
      return;
    }
    start(work, count);
    share(ticket.get() >>> 32, 0);
    await(count);
    finish();
  }

  private void start(Task work, int count) {
    long number = ticket.get() >>> 32;
    ticket.set(number << 32 | NO_CHUNK); // a latecomer to the last task must not meet the next
    task = work;
    chunks = count;
    done.set(0);
    failure = null;
    ticket.set(number + 1 << 32);
    for (int i = 0; i < threads.length; i++) {
      if (parking[i].parked) {
        LockSupport.unpark(threads[i]);
      }
    }
  }

  private void finish() {
    task = null;
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      throw new IllegalStateException("a chunk of work failed", thrown);
    }
  }

  private void await(int count) {
    for (int spins = 0; done.get() < count; spins++) {
      if (spins < SPINS) {
        Thread.onSpinWait();
      } else {
        asker = Thread.currentThread();
        if (done.get() < count) {
          LockSupport.parkNanos(this, 1_000_000);
        }
      }
    }
    asker = null;
  }

  /// Takes chunks of task `number` until there are none.
  private void share(long number, int worker) {
    while (true) {
      long mine = ticket.get();
      Task current = task;
      int count = chunks;
      int chunk = (int) mine;
      if (mine >>> 32 != number || current == null || chunk >= count) {
        return;
      }
      if (ticket.compareAndSet(mine, mine + 1)) {
        try {
          current.chunk(chunk, worker);
        } catch (Throwable e) {
          failure = e;
        }
        if (done.incrementAndGet() == count && asker instanceof Thread waiting) {
          LockSupport.unpark(waiting);
        }
      }
    }
  }

  private void work(int worker) {
    Parking mine = parking[worker - 1];
    long seen = 0;
    while (!closed) {
      long number = awaitTask(seen, mine);
      share(number, worker);
      seen = number;
    }
  }

  private long awaitTask(long seen, Parking mine) {
    for (int spins = 0; spins < SPINS; spins++) {
      if (ticket.get() >>> 32 != seen) {
        return ticket.get() >>> 32;
      }
      Thread.onSpinWait();
    }
    mine.parked = true;
    while (ticket.get() >>> 32 == seen && !closed) {
      LockSupport.park(this);
    }
    mine.parked = false;
    return ticket.get() >>> 32;
  }

  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }
}
