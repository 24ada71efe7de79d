package mneme.simulation;

import com.typesafe.config.Config;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.event.LoggingAdapter;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/// Time that passes only when every mailbox is empty: it jumps to the next timer.
public final class VirtualClock extends AbstractScheduler {
  private static volatile @Nullable VirtualClock current;

  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(
          Comparator.<Timer>comparingLong(timer -> timer.at)
              .thenComparingLong(timer -> timer.order));
  private long nowNs;
  private long order;

  @SuppressWarnings("this-escape")
  public VirtualClock(Config config, LoggingAdapter log, ThreadFactory threads) {
    current = this;
  }

  /// The clock of the actor system that was started last.
  public static VirtualClock current() {
    return Objects.requireNonNull(current, "no actor system uses this clock");
  }

  public synchronized long nowNs() {
    return nowNs;
  }

  private static final class Timer implements Cancellable {
    final long at;
    final long order;
    final Runnable task;
    final ExecutionContext on;
    private boolean cancelled;

    Timer(long at, long order, Runnable task, ExecutionContext on) {
      this.at = at;
      this.order = order;
      this.task = task;
      this.on = on;
    }

    @Override
    public boolean cancel() {
      boolean first = !cancelled;
      cancelled = true;
      return first;
    }

    @Override
    public boolean isCancelled() {
      return cancelled;
    }
  }

  /// Forgets all timers: those of stories that are over.
  synchronized void clear() {
    timers.clear();
  }

  /// Fires the earliest timer; false if there is none.
  synchronized boolean jump() {
    Timer next = timers.poll();
    while (next != null && next.cancelled) {
      next = timers.poll();
    }
    if (next == null) {
      return false;
    }
    nowNs = Math.max(nowNs, next.at);
    next.on.execute(next.task);
    return true;
  }

  @Override
  public synchronized Cancellable schedule(
      FiniteDuration first, FiniteDuration every, Runnable task, ExecutionContext on) {
    Timer[] running = new Timer[1];
    Runnable repeat =
        () -> {
          task.run();
          if (!running[0].cancelled) {
            synchronized (this) {
              Timer before = running[0];
              running[0] = new Timer(nowNs + every.toNanos(), order++, before.task, on);
              timers.add(running[0]);
            }
          }
        };
    running[0] = new Timer(nowNs + first.toNanos(), order++, repeat, on);
    timers.add(running[0]);
    return running[0];
  }

  @Override
  public synchronized Cancellable scheduleOnce(
      FiniteDuration delay, Runnable task, ExecutionContext on) {
    Timer timer = new Timer(nowNs + delay.toNanos(), order++, task, on);
    timers.add(timer);
    return timer;
  }

  @Override
  public double maxFrequency() {
    return 1e9;
  }
}
