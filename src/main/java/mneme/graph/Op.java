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

  /// An op that remembers something between tokens. At position 0 it starts from its own initial
  /// memory (zeros unless it says otherwise), whatever the bytes hold. A state is f32 values.
  sealed interface Stateful extends Op {
    /// Index into [Graph#needs] of what it remembers.
    int need();
  }

  /// out[r] = the row of `table` for row r's token.
  record Embed(Tensor table, Value out) implements Op {}

  /// out[r] = row r of those that come with the batch beside its tokens: what another device
  /// computed. A graph has one at most.
  record Given(Value out) implements Op {}

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

  /// Block-diagonal product: run h of `out` = weight[h] · run h of `in`. `weight` is `[columns,
  /// rows, blocks]`; `in` has `blocks` runs of `columns`, `out` `blocks` runs of `rows`.
  record BlockMatMul(Tensor weight, Value in, Value out) implements Op {}

  /// Each run of `group` columns becomes one number, its sum.
  record SumRuns(Value in, int group, Value out) implements Op {}

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

  /// out = g * sigmoid(alpha * g) * (u + 1), where g is `gate` cut off above `limit` and u is `up`
  /// clamped to [-limit, limit] (the gated unit of gpt-oss).
  record ClampedGated(Value gate, Value up, float alpha, float limit, Value out) implements Op {}

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

  /// out[t] = in[t - 1], zeros at position 0. Remembers the last row: State(width).
  record Shift(int need, Value in, Value out) implements Stateful {}

  /// Linear attention with decay. Per head, with S `[keyWidth][valueWidth]` and w one number a head
  /// or one a key channel: `S' = w S + k vᵀ`, `out = scale * q · S'`; with a bonus u (RWKV-6, arXiv
  /// 2404.05892) `out = scale * q · (S + (u k) vᵀ)` instead. The decay w, in (0, 1], is `decay` (a
  /// value of one number a head or one a key channel) or else the constant `spec.decay()`.
  /// State(heads * keyWidth * valueWidth), `[head][keyWidth][valueWidth]`.
  record LinearScan(
      int need,
      Value query,
      Value key,
      Value value,
      @Nullable Value decay,
      LinearScanSpec spec,
      Value out)
      implements Stateful {}

  /// The delta rule, general form (RWKV-7, arXiv 2503.14456; gated delta net, 2412.06464). Per
  /// head, with S `[keyWidth][valueWidth]`: `S' = w S + b (a · S) + k vᵀ`, `out = q · S'`. A gated
  /// delta net has a = w k, b = -beta k, v = beta v. The decay w is one number a head or one a key
  /// channel; `query`, `key`, `removed` (a) and `replaced` (b) are `heads` runs of `keyWidth`,
  /// `value` of `valueWidth`. State(heads * keyWidth * valueWidth), `[head][keyWidth][valueWidth]`.
  record DeltaScan(
      int need,
      Value query,
      Value key,
      Value value,
      Value decay,
      Value removed,
      Value replaced,
      int heads,
      Value out)
      implements Stateful {}

  /// The gated recurrence of Griffin (RG-LRU, arXiv 2402.19427), per channel: `log a = -8 *
  /// recurrenceGate * softplus(weight)`, `h = a h + sqrt(1 - a^2) * inputGate * x`, out = h. At
  /// position 0, and only there, `h = inputGate * x`. Gates are already through the sigmoid.
  /// State(width).
  record GatedRecurrence(
      int need, Value x, Value inputGate, Value recurrenceGate, Tensor weight, Value out)
      implements Stateful {}

  /// mLSTM (xLSTM, arXiv 2405.04517), stabilised. Per head, with `lf = -softplus(-forgetGate)`: `m'
  /// = max(lf + m, i)`, `F = exp(lf + m - m')`, `I = exp(i - m')`, `C' = F C + I k vᵀ`, `n' = F n +
  /// I k`, `out = C'ᵀ q / (max(|n' · q|, exp(-m')) + epsilon)`, q scaled before. Gates are one
  /// number a head, before any squashing. State: C `[head][keyWidth][valueWidth]`, then n
  /// `[head][keyWidth]`, then m `[head]`.
  record MatrixLstm(
      int need,
      Value query,
      Value key,
      Value value,
      Value inputGate,
      Value forgetGate,
      int heads,
      float epsilon,
      Value out)
      implements Stateful {}

  /// sLSTM (xLSTM, arXiv 2405.04517). `gates` holds what the inputs give to the gates i, f, z, o,
  /// four runs of the full width; each gate also gets `recurrent[head][gate] · y` of the previous
  /// output of its own head, plus its bias. `m' = max(i, m + log sigmoid(f))` (`m' = i` at position
  /// 0), `I = min(exp(i - m'), 1)`, `F = min(exp(m + log sigmoid(f) - m'), 1)`, `c' = F c + I
  /// tanh(z)`, `n' = F n + I`, `y' = sigmoid(o) c' / n'`, out = y'. `recurrent` is `[in, out, 4,
  /// heads]`, `bias` `[width, 4]`. State: y, c, n, m, each of the full width.
  record ScalarLstm(int need, Value gates, Tensor recurrent, Tensor bias, int heads, Value out)
      implements Stateful {}

  /// The WKV of RWKV-4 (arXiv 2305.13048), per channel, with u = `first` and w = `decay`
  /// (negative): `q = max(o, u + k)`, `out = (e^(o - q) num + e^(u + k - q) v) / (e^(o - q) den +
  /// e^(u + k - q))`; then, with `q = max(o + w, k)`: `num' = e^(o + w - q) num + e^(k - q) v`,
  /// den' likewise with 1 for v, `o' = q`. Starts with num = den = 0, o = -1e38. State: num, den,
  /// o, each of the full width.
  record ChannelWkv(int need, Value key, Value value, Tensor decay, Tensor first, Value out)
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
