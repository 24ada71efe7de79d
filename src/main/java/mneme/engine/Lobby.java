package mneme.engine;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;

/// Those who wait until a model is loaded.
final class Lobby {
  private final int limit;
  private final Queue<ModelHost.Generate> arrivals = new ArrayDeque<>();
  private final Queue<ModelHost.Load> loaders = new ArrayDeque<>();

  /// @param limit most streams that wait; more are refused
  Lobby(int limit) {
    this.limit = limit;
  }

  void await(ModelHost.Load load) {
    loaders.add(load);
  }

  void await(ModelHost.Generate generate) {
    if (arrivals.size() >= limit) {
      refuse(
          generate,
          Event.Failure.BUSY,
          "%d requests wait for this model".formatted(arrivals.size()));
    } else {
      arrivals.add(generate);
    }
  }

  /// The model is loaded: tells those who asked for that, and starts the streams.
  void open(ServedModel model, Consumer<ModelHost.Generate> start) {
    loaders.forEach(load -> load.replyTo().tell(new ModelHost.Loaded(model)));
    loaders.clear();
    arrivals.forEach(start);
    arrivals.clear();
  }

  void refuseAll(Event.Failure failure, String message) {
    loaders.forEach(load -> load.replyTo().tell(new ModelHost.LoadFailed(failure, message)));
    loaders.clear();
    arrivals.forEach(arrival -> refuse(arrival, failure, message));
    arrivals.clear();
  }

  static void refuse(ModelHost.Generate generate, Event.Failure failure, String message) {
    for (int choice = 0; choice < generate.wish().choices(); choice++) {
      generate.wish().reader().tell(new Reader.Said(choice, new Event.Failed(failure, message)));
    }
  }

  /// Whoever waits goes back to the node, for the next host of this model.
  void handOver(String model, ActorRef<Node.Command> node) {
    loaders.forEach(load -> handOver(load, model, node));
    loaders.clear();
    arrivals.forEach(arrival -> handOver(arrival, node));
    arrivals.clear();
  }

  static void handOver(ModelHost.Load load, String model, ActorRef<Node.Command> node) {
    node.tell(new Node.Load(model, load.keepAlive(), load.replyTo()));
  }

  static void handOver(ModelHost.Generate generate, ActorRef<Node.Command> node) {
    node.tell(generate.wish());
  }
}
