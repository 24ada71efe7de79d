package mneme.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A statement of a template, as parsed.
sealed interface Statement {
  record Literal(String text) implements Statement {}

  record Output(int line, Expr value) implements Statement {}

  record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record Branch(Expr condition, List<Statement> body) {}

  record For(
      int line,
      Target target,
      Expr items,
      @Nullable Expr condition,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  record Set(int line, Target target, Expr value) implements Statement {}

  /// `set x` ... `endset`; `value` is [Expr.Captured] with filters around it.
  record SetBlock(int line, Target target, List<Statement> body, Expr value) implements Statement {}

  record FilterBlock(int line, List<Statement> body, Expr value) implements Statement {}

  record Macro(int line, String name, List<Parameter> parameters, List<Statement> body)
      implements Statement {}

  record Parameter(String name, @Nullable Expr otherwise) {}

  /// `call(parameters) callee(...)` ... `endcall`: `macro` is what the callee sees as `caller`.
  record CallBlock(int line, Macro macro, Expr.Call call) implements Statement {}

  record With(int line, List<Set> values, List<Statement> body) implements Statement {}

  record Do(int line, Expr value) implements Statement {}

  record Break() implements Statement {}

  record Continue() implements Statement {}

  /// What is assigned to.
  sealed interface Target {
    record Name(String name) implements Target {}

    record Member(String namespace, String name) implements Target {}

    record Unpack(List<Target> targets) implements Target {}
  }
}
