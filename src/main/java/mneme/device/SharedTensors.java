package mneme.device;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import mneme.format.Encoding;
import mneme.format.Tensor;

/// What a device has made of tensors, each once for all programs that use it: made for the first
/// that asks, freed when the last has let go. Of one device's thread.
///
/// Tensors are the same if they are the same bytes of memory read the same way. When a file is
/// closed its addresses may come to hold another, so what was made of memory that has ended serves
/// those who hold it, and is never given to anyone else.
public final class SharedTensors<T> {
  private final Function<Tensor, T> make;
  private final Consumer<T> free;
  private final Map<Source, Held<T>> known = new HashMap<>();

  /// Tensors of equal sources are the same; the name is not part of it.
  public record Source(MemorySegment data, Encoding encoding, List<Long> dims) {
    public static Source of(Tensor tensor) {
      return new Source(tensor.data(), tensor.encoding(), tensor.dims());
    }
  }

  /// What was made of a tensor.
  public static final class Held<T> {
    private final Source source;
    private final T made;
    private int holders;

    private Held(Source source, T made) {
      this.source = source;
      this.made = made;
    }

    public T made() {
      return made;
    }
  }

  /// @param free gives back what was made
  public SharedTensors(Function<Tensor, T> make, Consumer<T> free) {
    this.make = make;
    this.free = free;
  }

  /// To be let go of once.
  public Held<T> hold(Tensor tensor) {
    Source source = Source.of(tensor);
    Held<T> held = known.get(source);
    if (held == null || !held.source.data().scope().isAlive()) {
      held = new Held<>(source, make.apply(tensor));
      known.put(source, held);
    }
    held.holders++;
    return held;
  }

  public void letGo(Held<T> held) {
    held.holders--;
    if (held.holders == 0) {
      known.remove(held.source, held);
      free.accept(held.made);
    }
  }
}
