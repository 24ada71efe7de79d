package mneme.graph;

import mneme.format.Tensor;
import org.jspecify.annotations.Nullable;

/// One step of a forward pass over a ragged batch of rows. Every device implements every op; adding
/// one makes the compiler name each device that lacks it.
///
/// The order in which one output number is summed depends on the shapes named here only: never on
/// the number of rows, on how a prompt was cut into chunks, or on where pages lie.
public sealed interface Op {
  /// The value this op defines.
  Value out();

  /// An op that remembers something between tokens.
  sealed interface Stateful extends Op {
    /// Index into [Graph#needs] of what it remembers.
    int need();
  }

  /// out[r] = the row of `table` for row r's token.
  record Embed(Tensor table, Value out) implements Op {}

  /// Each run of `group` columns x becomes `x / sqrt(mean(x^2) + epsilon) * weight`. `weight` has
  /// `group` numbers (used for every run) or the full width, or is null.
  record RmsNorm(Value in, @Nullable Tensor weight, float epsilon, int group, Value out)
      implements Op {}

  /// Each run of `group` columns: mean taken off, divided by `sqrt(variance + epsilon)`, times
  /// weight, plus bias. Weight and bias as in [RmsNorm].
  record LayerNorm(
      Value in, @Nullable Tensor weight, @Nullable Tensor bias, float epsilon, int group, Value out)
      implements Op {}

  /// Each run of `group` columns becomes `x / max(sqrt(sum(x^2)), epsilon)`.
  record L2Norm(Value in, float epsilon, int group, Value out) implements Op {}

  /// out = in · weightᵀ + bias. `weight` is `[columns, rows]`: columns = in.width, rows =
  /// out.width.
  record MatMul(Tensor weight, Value in, @Nullable Tensor bias, Value out) implements Op {}

  /// out = left + right. `right` may be narrower: then its width divides left's and column c of
  /// left meets column `c / (left.width / right.width)` of right.
  record Add(Value left, Value right, Value out) implements Op {}

  /// out = left * right, element by element; `right` may be narrower as in [Add].
  record Multiply(Value left, Value right, Value out) implements Op {}

  /// out = in * factor.
  record Scale(Value in, float factor, Value out) implements Op {}

  /// out = in + weight, the weight repeated along the row if it is narrower.
  record AddWeight(Value in, Tensor weight, Value out) implements Op {}

  /// out = in * weight, the weight repeated along the row if it is narrower.
  record MultiplyWeight(Value in, Tensor weight, Value out) implements Op {}

  record Activate(Value in, Activation kind, Value out) implements Op {}

  /// out = cap * tanh(in / cap).
  record Softcap(Value in, float cap, Value out) implements Op {}

  /// out = kind(gate) * up.
  record Gated(Activation kind, Value gate, Value up, Value out) implements Op {}

  /// Takes `count` runs of `width` columns; run i starts at column `offset + i * stride`.
  record Columns(Value in, int offset, int stride, int width, int count, Value out) implements Op {}

  /// Left and right side by side, in runs: `count` times (left.width/count columns of left, then
  /// right.width/count of right).
  record Concat(Value left, Value right, int count, Value out) implements Op {}

  /// Turns each head of `in` by its row's position.
  record Rope(Value in, RopeSpec spec, Value out) implements Op {}

  /// Writes the rows of `key` and `value` to the cache (if given), then lets each query read every
  /// earlier position of its own sequence, itself included, inside the need's window. Without `key`
  /// and `value` it reads what another op with the same need wrote. Scores, softmax and weighted
  /// sum are cut at page edges counted from position 0.
  record Attention(
      int need,
      Value query,
      @Nullable Value key,
      @Nullable Value value,
      AttentionSpec spec,
      Value out)
      implements Stateful {}

  /// Depthwise causal convolution: out[t] = kind(sum over j of weight[j] * in[t - taps + 1 + j] +
  /// bias). `weight` is `[taps, channels]`; the last tap meets the current token. Remembers the
  /// last `taps - 1` rows, oldest first: State((taps - 1) * channels).
  record ShortConv(
      int need, Value in, Tensor weight, @Nullable Tensor bias, Activation kind, Value out)
      implements Stateful {}

  /// Mamba-1 (arXiv 2312.00752): `s = exp(step * a) * s + (step * x) b`, `out = s · c + d * x`, per
  /// channel, `step` already through softplus. `a` is `[stateWidth, channels]`, negative; `d` is
  /// `[channels]`. State(channels * stateWidth).
  record SelectiveScan(
      int need, Value x, Value step, Value b, Value c, Tensor a, Tensor d, Value out)
      implements Stateful {}

  /// Mamba-2 (arXiv 2405.21060): per head, `step = softplus(dt + dtBias)`, `S = exp(step * a) * S +
  /// step * x bᵀ`, `out = S c + d * x`. Head h uses group `h / (heads / groups)` of b and c, which
  /// are `groups` runs of `stateWidth`. `a` (negative), `d` and `dtBias` have one number a head.
  /// State(heads * headWidth * stateWidth), `[head][headWidth][stateWidth]`.
  record HeadScan(int need, Value x, Value dt, Value b, Value c, HeadScanSpec spec, Value out)
      implements Stateful {}

  /// Chooses `chosen` experts a row from router logits. `out` has `2 * chosen` columns: the expert
  /// numbers (as floats, best first), then their weights.
  record Route(Value logits, RouteSpec spec, Value out) implements Op {}

  /// One matrix of a stack for each chosen expert: out run e = weight[expert e] · x. `in` has
  /// either one run (shared by all chosen experts) or `chosen` runs. `weight` is `[columns, rows,
  /// experts]`, `bias` `[rows, experts]`. `out` has `chosen` runs of `rows`.
  record ExpertMatMul(
      Tensor weight, @Nullable Tensor bias, Value in, Value route, int chosen, Value out)
      implements Op {}

  /// out = the sum over chosen experts, best first, of route weight times run e of `in`.
  record Combine(Value in, Value route, int chosen, Value out) implements Op {}

  /// Keeps the rows whose logits are wanted; every later op runs on those only.
  record OutputRows(Value in, Value out) implements Op {}
}
