package mneme.engine;

import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.BehaviorInterceptor;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/// Keeps an actor's worst errors inside the actor. Pekko ends the whole process when an actor
/// throws a `StackOverflowError`, `OutOfMemoryError`, `InternalError` or `LinkageError`, supervised
/// or not; a hostile template or a truncated weight file must cost one actor only.
final class Contained<T> extends BehaviorInterceptor<T, T> {
  private Contained(Class<T> messages) {
    super(messages);
  }

  static <T> Behavior<T> contain(Class<T> messages, Behavior<T> behavior) {
    return Behaviors.intercept(() -> new Contained<>(messages), behavior);
  }

  @Override
  public Behavior<T> aroundStart(TypedActorContext<T> context, PreStartTarget<T> target) {
    try {
      return target.start(context);
    } catch (VirtualMachineError | LinkageError e) {
      throw new ContainedError(e);
    }
  }

  @Override
  public Behavior<T> aroundReceive(
      TypedActorContext<T> context, T message, ReceiveTarget<T> target) {
    try {
      return target.apply(context, message);
    } catch (VirtualMachineError | LinkageError e) {
      throw new ContainedError(e);
    }
  }

  @Override
  public boolean isSame(BehaviorInterceptor<Object, Object> other) {
    return other instanceof Contained;
  }

  /// An error that would have ended the process.
  static final class ContainedError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ContainedError(Error error) {
      super(error.toString(), error);
    }
  }
}
