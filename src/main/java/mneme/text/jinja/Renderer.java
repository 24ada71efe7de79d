package mneme.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mneme.text.jinja.Statement.Target;
import org.jspecify.annotations.Nullable;

/// Runs statements.
final class Renderer {
  /// How a run of statements ended.
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  /// A call takes as much of the stack as so many nested expressions.
  private static final int LEVELS_OF_CALL = 4;

  private final Evaluator evaluator;
  private final Meter meter;
  private int line;

  Renderer(Meter meter) {
    this.meter = meter;
    this.evaluator = new Evaluator(meter);
  }

  /// Of the statement that ran last.
  int line() {
    return line;
  }

  void render(List<Statement> statements, Scope scope, Text out) {
    run(statements, scope, out);
  }

  private Flow run(List<Statement> statements, Scope scope, Text out) {
    meter.enter();
    for (Statement statement : statements) {
      meter.step();
      Flow flow = run(statement, scope, out);
      if (flow != Flow.ON) {
        meter.leave();
        return flow;
      }
    }
    meter.leave();
    return Flow.ON;
  }

  private Flow run(Statement statement, Scope scope, Text out) {
    switch (statement) {
      case Statement.Literal literal -> out.add(literal.text());
      case Statement.Output output -> {
        line = output.line();
        out.add(evaluator.printing().text(evaluator.value(output.value(), scope)));
      }
      case Statement.If choice -> {
        return runIf(choice, scope, out);
      }
      case Statement.For loop -> {
        line = loop.line();
        loop(loop, evaluator.value(loop.items(), scope), 0, scope, out);
      }
      case Statement.Set set -> set(set, scope);
      case Statement.SetBlock block -> {
        String text = capture(block.body(), scope);
        line = block.line();
        assign(block.target(), filtered(block.value(), text, scope), scope);
      }
      case Statement.FilterBlock block -> {
        String text = capture(block.body(), scope);
        line = block.line();
        out.add(evaluator.printing().text(filtered(block.value(), text, scope)));
      }
      case Statement.Macro macro -> scope.set(macro.name(), macro(macro, scope));
      case Statement.CallBlock block -> callBlock(block, scope, out);
      case Statement.With with -> {
        return runWith(with, scope, out);
      }
      case Statement.Do expression -> {
        line = expression.line();
        evaluator.value(expression.value(), scope);
      }
      case Statement.Break _ -> {
        return Flow.BREAK;
      }
      case Statement.Continue _ -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  private Flow runIf(Statement.If choice, Scope scope, Text out) {
    for (Statement.Branch branch : choice.branches()) {
      line = choice.line();
      if (evaluator.isTrue(branch.condition(), scope)) {
        return run(branch.body(), scope, out);
      }
    }
    return run(choice.otherwise(), scope, out);
  }

  private Flow runWith(Statement.With with, Scope scope, Text out) {
    var inner = new Scope(scope);
    for (Statement.Set set : with.values()) {
      line = set.line();
      assign(set.target(), evaluator.value(set.value(), scope), inner);
    }
    return run(with.body(), inner, out);
  }

  private void set(Statement.Set set, Scope scope) {
    line = set.line();
    assign(set.target(), evaluator.value(set.value(), scope), scope);
  }

  private void loop(Statement.For loop, @Nullable Object over, int depth, Scope scope, Text out) {
    List<@Nullable Object> items = picked(loop, over, scope);
    if (items.isEmpty()) {
      run(loop.otherwise(), scope, out);
      return;
    }
    Callable again = loop.recursive() ? a -> again(loop, a, depth + 1, scope) : null;
    var state = new Loop(items, depth, again, evaluator.comparing());
    for (int i = 0; i < items.size(); i++) {
      meter.step();
      state.moveTo(i);
      var inner = new Scope(scope);
      inner.set("loop", state);
      assign(loop.target(), items.get(i), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        return;
      }
    }
  }

  private List<@Nullable Object> picked(Statement.For loop, @Nullable Object over, Scope scope) {
    List<@Nullable Object> items = Values.elements(over, meter);
    if (loop.condition() == null) {
      return items;
    }
    List<@Nullable Object> picked = new ArrayList<>();
    for (Object item : items) {
      meter.elements(1);
      var inner = new Scope(scope);
      assign(loop.target(), item, inner);
      if (evaluator.isTrue(loop.condition(), inner)) {
        picked.add(item);
      }
    }
    return picked;
  }

  private Object again(Statement.For loop, Arguments arguments, int depth, Scope scope) {
    Text text = Text.scratch(meter);
    meter.enter(LEVELS_OF_CALL);
    loop(loop, arguments.required(0, "iterable"), depth, scope, text);
    meter.leave(LEVELS_OF_CALL);
    return text.toString();
  }

  private String capture(List<Statement> body, Scope scope) {
    Text text = Text.scratch(meter);
    run(body, new Scope(scope), text);
    return text.toString();
  }

  private @Nullable Object filtered(Expr filters, String text, Scope scope) {
    var inner = new Scope(scope);
    inner.set(Evaluator.CAPTURED, text);
    return evaluator.value(filters, inner);
  }

  private void assign(Target target, @Nullable Object value, Scope scope) {
    switch (target) {
      case Target.Name(var name) -> scope.set(name, value);
      case Target.Member(var owner, var name) -> {
        if (!(scope.get(owner) instanceof Namespace namespace)) {
          throw TemplateException.failed("'" + owner + "' is no namespace and cannot be changed");
        }
        namespace.values().put(name, value);
      }
      case Target.Unpack(var targets) -> {
        List<@Nullable Object> parts = Values.elements(value, meter);
        if (parts.size() != targets.size()) {
          throw TemplateException.failed(
              parts.size() + " values do not fit " + targets.size() + " names");
        }
        for (int i = 0; i < parts.size(); i++) {
          assign(targets.get(i), parts.get(i), scope);
        }
      }
    }
  }

  private Callable macro(Statement.Macro macro, Scope defined) {
    return arguments -> {
      int caller = line;
      meter.enter(LEVELS_OF_CALL);
      var inner = new Scope(defined);
      bind(macro, arguments, inner);
      Text text = Text.scratch(meter);
      run(macro.body(), inner, text);
      meter.leave(LEVELS_OF_CALL);
      line = caller;
      return text.toString();
    };
  }

  private void bind(Statement.Macro macro, Arguments arguments, Scope inner) {
    List<Statement.Parameter> parameters = macro.parameters();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i).name();
      Expr otherwise = parameters.get(i).otherwise();
      if (arguments.has(i, name)) {
        inner.set(name, arguments.at(i, name, null));
      } else {
        inner.set(
            name, otherwise == null ? Undefined.name(name) : evaluator.value(otherwise, inner));
      }
    }
    inner.set("varargs", new Tuple(arguments.after(parameters.size()).positional()));
    inner.set("kwargs", unclaimed(parameters, arguments));
    if (arguments.named().containsKey("caller")) {
      inner.set("caller", arguments.named().get("caller"));
    }
  }

  private static Map<String, @Nullable Object> unclaimed(
      List<Statement.Parameter> parameters, Arguments arguments) {
    if (arguments.named().isEmpty()) {
      return Map.of();
    }
    Map<String, @Nullable Object> unclaimed = new LinkedHashMap<>(arguments.named());
    parameters.forEach(parameter -> unclaimed.remove(parameter.name()));
    unclaimed.remove("caller");
    return unclaimed;
  }

  private void callBlock(Statement.CallBlock block, Scope scope, Text out) {
    line = block.line();
    Arguments given = evaluator.arguments(block.call().arguments(), scope);
    Map<String, @Nullable Object> named = new LinkedHashMap<>(given.named());
    named.put("caller", macro(block.macro(), scope));
    var arguments = new Arguments(given.positional(), named);
    out.add(evaluator.printing().text(evaluator.call(block.call(), arguments, scope)));
  }
}
