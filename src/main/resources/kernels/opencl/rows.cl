// Ops on single rows. `s` is the scratch of a step; in, out and the like are where a value begins in
// it, counted in floats; a value is `rows` rows side by side.

#define ITEMS 32

// The sum of one number an item, by items in order; every item gets it.
static float group_sum(__local float *parts, float mine) {
  barrier(CLK_LOCAL_MEM_FENCE);
  parts[get_local_id(0)] = mine;
  barrier(CLK_LOCAL_MEM_FENCE);
  float sum = 0;
  for (int i = 0; i < ITEMS; i++) sum += parts[i];
  return sum;
}

#define RMS 0
#define LAYER 1
#define L2 2

// One work-group a run of `group` columns.
// global: (runs * ITEMS), local: (ITEMS)
__kernel void norm(__global float *s, ulong in, ulong out, const __global float *weight,
                   const __global float *bias, uint width, uint group, uint weights, uint biases,
                   float epsilon, int kind) {
  __local float parts[ITEMS];
  ulong run = get_group_id(0);
  uint item = get_local_id(0);
  ulong start = run * group;
  uint column = start % width;
  const __global float *x = s + in + start;
  float mean = 0;
  if (kind == LAYER) {
    float sum = 0;
    for (uint i = item; i < group; i += ITEMS) sum += x[i];
    mean = group_sum(parts, sum) / group;
  }
  float squares = 0;
  for (uint i = item; i < group; i += ITEMS) squares += (x[i] - mean) * (x[i] - mean);
  squares = group_sum(parts, squares);
  float divisor =
      kind == L2 ? fmax(sqrt(squares), epsilon) : sqrt(squares / group + epsilon);
  for (uint i = item; i < group; i += ITEMS) {
    float y = (x[i] - mean) / divisor;
    if (weights) y *= weight[(column + i) % weights];
    if (biases) y += bias[(column + i) % biases];
    s[out + start + i] = y;
  }
}

#define ADD 0
#define MULTIPLY 1
#define GATED 2
#define CLAMPED 3

// out = left with right, element by element; `right` has one number for each `stretch` columns.
__kernel void pair(__global float *s, ulong left, ulong right, ulong out, uint count,
                   uint stretch, int op, int kind, float alpha, float limit) {
  uint i = get_global_id(0);
  if (i >= count) return;
  float x = s[left + i];
  float y = s[right + i / stretch];
  float z = 0;
  if (op == ADD) z = x + y;
  if (op == MULTIPLY) z = x * y;
  if (op == GATED) z = activation(kind, x) * y;
  if (op == CLAMPED) {
    float gate = fmin(x, limit);
    z = gate / (1 + exp(-alpha * gate)) * (clamp(y, -limit, limit) + 1);
  }
  s[out + i] = z;
}

// out = in with a weight that repeats along the row.
__kernel void weigh(__global float *s, ulong in, ulong out, const __global float *weight,
                    uint count, uint width, uint weights, int op) {
  uint i = get_global_id(0);
  if (i >= count) return;
  float w = weight[i % width % weights];
  s[out + i] = op == ADD ? s[in + i] + w : s[in + i] * w;
}

#define SCALE 0
#define ACTIVATE 1
#define SOFTCAP 2

__kernel void single(__global float *s, ulong in, ulong out, uint count, int op, int kind,
                     float number) {
  uint i = get_global_id(0);
  if (i >= count) return;
  float x = s[in + i];
  s[out + i] = op == SCALE      ? x * number
               : op == ACTIVATE ? activation(kind, x)
                                : number * tanh(x / number);
}

__kernel void columns(__global float *s, ulong in, ulong out, uint count, uint in_width,
                      uint offset, uint stride, uint width, uint runs) {
  uint i = get_global_id(0);
  if (i >= count) return;
  uint out_width = width * runs;
  uint c = i % out_width;
  s[out + i] = s[in + (ulong)(i / out_width) * in_width + offset + c / width * stride + c % width];
}

// Runs of `a` columns of left and `b` of right take turns.
__kernel void concat(__global float *s, ulong left, ulong right, ulong out, uint count, uint a,
                     uint b) {
  uint i = get_global_id(0);
  if (i >= count) return;
  ulong run = i / (a + b);
  uint c = i % (a + b);
  s[out + i] = c < a ? s[left + run * a + c] : s[right + run * b + c - a];
}

__kernel void sum_runs(__global float *s, ulong in, ulong out, uint count, uint group) {
  uint i = get_global_id(0);
  if (i >= count) return;
  float sum = 0;
  for (uint c = 0; c < group; c++) sum += s[in + (ulong)i * group + c];
  s[out + i] = sum;
}

// turns[r][pair] = (cos, sin) of the row's position. One item a number.
__kernel void rope(__global float *s, ulong in, ulong out, const __global float2 *turns,
                   uint count, uint width, uint head_width, uint offset, uint rotated,
                   int neighbours) {
  uint i = get_global_id(0);
  if (i >= count) return;
  uint r = i / width;
  int c = (int)(i % width % head_width) - (int)offset;
  float x = s[in + i];
  if (c < 0 || c >= (int)rotated) {
    s[out + i] = x;
    return;
  }
  uint half_width = rotated / 2;
  uint pair = neighbours ? c / 2 : c % half_width;
  int second = neighbours ? c % 2 : c >= (int)half_width;
  uint distance = neighbours ? 1 : half_width;
  float2 turn = turns[r * half_width + pair];
  s[out + i] = second ? s[in + i - distance] * turn.y + x * turn.x
                      : x * turn.x - s[in + i + distance] * turn.y;
}

__kernel void output_rows(__global float *s, ulong in, ulong out, const __global int *wanted,
                          uint count, uint width) {
  uint i = get_global_id(0);
  if (i >= count) return;
  s[out + i] = s[in + (ulong)wanted[i / width] * width + i % width];
}

__kernel void combine(__global float *s, ulong in, ulong route, ulong out, uint count, uint width,
                      uint chosen) {
  uint i = get_global_id(0);
  if (i >= count) return;
  ulong r = i / width;
  float sum = 0;
  for (uint e = 0; e < chosen; e++) {
    sum += s[route + r * 2 * chosen + chosen + e] * s[in + (r * chosen + e) * width + i % width];
  }
  s[out + i] = sum;
}

#define SOFTMAX_GATE 0
#define SIGMOID_GATE 1
#define SOFTMAX_CHOSEN_GATE 2

// The best of `size` numbers that stand `stride` apart, the first of equals; marks it as taken.
static uint take_best(__global float *rank, uint size) {
  uint best = 0;
  for (uint e = 1; e < size; e++) {
    if (rank[e] > rank[best]) best = e;
  }
  rank[best] = -INFINITY;
  return best;
}

// One item a row. `work` holds three numbers an expert for each row: gates, ranks, group ranks.
__kernel void route(__global float *s, ulong logits, ulong out, ulong work,
                    const __global float *bias, uint rows, uint experts, uint chosen, int gate,
                    int has_bias, int normalise, float factor, uint groups, uint groups_chosen) {
  uint r = get_global_id(0);
  if (r >= rows) return;
  const __global float *x = s + logits + (ulong)r * experts;
  __global float *gates = s + work + (ulong)r * 3 * experts;
  __global float *rank = gates + experts;
  __global float *group_rank = rank + experts;
  __global float *y = s + out + (ulong)r * 2 * chosen;
  float best = x[0], sum = 0;
  for (uint e = 0; e < experts; e++) best = fmax(best, x[e]);
  for (uint e = 0; e < experts; e++) sum += exp(x[e] - best);
  for (uint e = 0; e < experts; e++) {
    gates[e] = gate == SOFTMAX_GATE   ? exp(x[e] - best) / sum
               : gate == SIGMOID_GATE ? sigmoid(x[e])
                                      : x[e];
    rank[e] = has_bias ? gates[e] + bias[e] : gates[e];
  }
  uint size = experts / groups;
  for (uint g = 0; g < groups; g++) {
    float first = -INFINITY, second = -INFINITY;
    for (uint e = g * size; e < (g + 1) * size; e++) {
      second = rank[e] > first ? first : fmax(second, rank[e]);
      first = fmax(first, rank[e]);
    }
    group_rank[g] = size > 1 ? first + second : first;
  }
  for (uint g = 0; g < groups_chosen; g++) take_best(group_rank, groups);
  for (uint e = 0; e < experts; e++) {
    if (group_rank[e / size] != -INFINITY) rank[e] = -INFINITY;
  }
  float total = 0;
  for (uint i = 0; i < chosen; i++) {
    uint expert = take_best(rank, experts);
    float weight = gates[expert];
    y[i] = expert;
    y[chosen + i] = gate == SOFTMAX_CHOSEN_GATE ? exp(weight - gates[(uint)y[0]]) : weight;
    total += y[chosen + i];
  }
  float divisor = 1;
  if (gate == SOFTMAX_CHOSEN_GATE) {
    divisor = total;
  } else if (normalise) {
    divisor = total;
  }
  for (uint i = 0; i < chosen; i++) y[chosen + i] = y[chosen + i] / divisor * factor;
}
