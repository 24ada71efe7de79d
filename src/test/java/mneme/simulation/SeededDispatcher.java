package mneme.simulation;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.dispatch.DispatcherPrerequisites;
import org.apache.pekko.dispatch.ExecutorServiceConfigurator;
import org.apache.pekko.dispatch.ExecutorServiceFactory;
import org.jspecify.annotations.Nullable;

/// Runs every mailbox on one thread, choosing the next one by a seeded draw.
public final class SeededDispatcher extends ExecutorServiceConfigurator {
  private static volatile @Nullable Draw current;

  public SeededDispatcher(Config config, DispatcherPrerequisites prerequisites) {
    super(config, prerequisites);
  }

  /// The executor of the actor system that was started last.
  public static Draw current() {
    return Objects.requireNonNull(current, "no actor system uses this dispatcher");
  }

  @Override
  public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory factory) {
    return () -> {
      Draw draw = new Draw(factory);
      current = draw;
      return draw;
    };
  }

  /// One story: what starts it, what is checked after every task, and when it is over.
  public interface Story {
    void begin();

    /// Throws if something is wrong.
    void check();

    boolean isOver();
  }

  /// The drawing executor.
  public static final class Draw extends AbstractExecutorService {
    private static final int LONGEST_STORY = 200_000;

    private final List<Runnable> ready = new ArrayList<>();
    private @Nullable Random random;
    private @Nullable Story story;
    private @Nullable Throwable fault;
    private long tasks;
    private boolean busy;
    private boolean open = true;

    Draw(ThreadFactory factory) {
      Objects.requireNonNull(factory.newThread(this::loop)).start();
    }

    /// Tells the story of `seed` to its end, once what went before has settled.
    ///
    /// @return how many tasks it took
    /// @throws AssertionError what a check found, or that nothing can go on before the end
    public long tell(long seed, Story told) throws InterruptedException {
      synchronized (ready) {
        settle();
        VirtualClock.current().clear();
        random = new Random(seed);
        story = told;
        fault = null;
        tasks = 0;
        ready.add(told::begin);
        ready.notifyAll();
        while (story != null) {
          ready.wait();
        }
        settle();
        if (fault != null) {
          throw new AssertionError("seed %d, task %d: %s".formatted(seed, tasks, fault), fault);
        }
        return tasks;
      }
    }

    private void settle() throws InterruptedException {
      while (busy || !ready.isEmpty()) {
        ready.wait(1);
      }
    }

    private void loop() {
      while (true) {
        Runnable next = next();
        if (next == null) {
          return;
        }
        Throwable thrown = null;
        try {
          next.run();
        } catch (RuntimeException | Error e) {
          thrown = e;
        }
        after(thrown);
      }
    }

    private @Nullable Runnable next() {
      synchronized (ready) {
        while (ready.isEmpty()) {
          if (!open) {
            return null;
          }
          if (story != null && !VirtualClock.current().jump()) {
            end(new AssertionError("nothing can go on, and the story is not over"));
          } else if (story == null) {
            try {
              ready.wait();
            } catch (InterruptedException e) {
              return null;
            }
          }
        }
        busy = true;
        return ready.remove(random == null ? 0 : random.nextInt(ready.size()));
      }
    }

    private void after(@Nullable Throwable thrown) {
      synchronized (ready) {
        busy = false;
        Story told = story;
        if (told != null) {
          tasks++;
          if (thrown != null) {
            end(thrown);
            return;
          }
          try {
            told.check();
            if (told.isOver()) {
              end(null);
            } else if (tasks > LONGEST_STORY) {
              end(new AssertionError("the story does not end"));
            }
          } catch (RuntimeException | AssertionError e) {
            end(e);
          }
        }
        ready.notifyAll();
      }
    }

    private void end(@Nullable Throwable found) {
      fault = found;
      story = null;
      random = null;
      ready.notifyAll();
    }

    @Override
    public void execute(Runnable task) {
      synchronized (ready) {
        ready.add(task);
        ready.notifyAll();
      }
    }

    @Override
    public void shutdown() {
      synchronized (ready) {
        open = false;
        ready.notifyAll();
      }
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown();
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return !open;
    }

    @Override
    public boolean isTerminated() {
      return !open;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
