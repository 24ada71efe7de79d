// Ops that remember. `pool` is the device's pool; pages and states are byte offsets into it. The
// tables of a step: for each row its span; for each span its first row, its length, the position of
// its first token, and for each KV group which page its list begins with and where the list lies.
//
// A scan is run by one item a channel (or a column of a matrix state) over the tokens of a span, so
// cutting a prompt makes no difference. Attention sums page by page, from position 0 on.

#define ITEMS 32
#define MAX_VALUES 32

#define F32 0
#define F16 1
#define Q8_0 8
#define BF16 30

typedef const __global int *Ints;
typedef const __global long *Offsets;

static float half_of(uint low, uint high) {
  ushort bits = low | high << 8;
  return vload_half(0, (const half *)&bits);
}

static float kv_read(const __global uchar *row, int encoding, uint width, uint i) {
  switch (encoding) {
    case F32: return ((const __global float *)row)[i];
    case F16: return vload_half(i, (const __global half *)row);
    case BF16: return as_float((uint)((const __global ushort *)row)[i] << 16);
    default: {
      const __global uchar *scale = row + width + i / 32 * 2;
      return (char)row[i] * half_of(scale[0], scale[1]);
    }
  }
}

static ushort brain(float x) {
  uint bits = as_uint(x);
  return isnan(x) ? (bits | 0x400000) >> 16 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

// One item a block of 32 numbers of one head of one row.
__kernel void keep(__global float *s, ulong in, __global uchar *pool, Ints spans, Ints positions,
                   Ints first_page, Ints list, Offsets pages, uint rows, uint heads, uint width,
                   uint page_tokens, ulong at, uint row_bytes, int encoding) {
  uint blocks = (width + 31) / 32;
  uint i = get_global_id(0);
  if (i >= rows * heads * blocks) return;
  uint b = i % blocks;
  uint head = i / blocks % heads;
  uint r = i / blocks / heads;
  int span = spans[r];
  int position = positions[r];
  ulong page = pages[list[span] + position / (int)page_tokens - first_page[span]];
  __global uchar *row =
      pool + page + at + ((ulong)(position % page_tokens) * heads + head) * row_bytes;
  const __global float *x = s + in + ((ulong)r * heads + head) * width;
  uint end = min(32 * b + 32, width);
  if (encoding == Q8_0) {
    float largest = 0;
    for (uint c = 32 * b; c < end; c++) largest = fmax(largest, fabs(x[c]));
    ushort bits;
    vstore_half_rte(largest / 127, 0, (half *)&bits);
    float scale = vload_half(0, (const half *)&bits);
    row[width + 2 * b] = bits & 255;
    row[width + 2 * b + 1] = bits >> 8;
    for (uint c = 32 * b; c < end; c++) {
      row[c] = scale == 0 ? 0 : (uchar)(char)clamp((int)rint(x[c] / scale), -127, 127);
    }
    return;
  }
  for (uint c = 32 * b; c < end; c++) {
    if (encoding == F32) ((__global float *)row)[c] = x[c];
    if (encoding == F16) vstore_half_rte(x[c], c, (__global half *)row);
    if (encoding == BF16) ((__global ushort *)row)[c] = brain(x[c]);
  }
}

// One work-group a query head of a row. `scores` holds one page.
// global: (heads * ITEMS, rows), local: (ITEMS, 1)
__kernel void attend(__global float *s, ulong query, ulong out, const __global uchar *pool,
                     Ints spans, Ints positions, Ints first_page, Ints list, Offsets pages,
                     const __global float *sinks, __local float *scores, uint kv_heads,
                     uint query_heads, uint key_width, uint value_width, uint page_tokens,
                     uint window, ulong keys_at, uint key_bytes, int key_encoding, ulong values_at,
                     uint value_bytes, int value_encoding, uint value_row_width, float scale,
                     float softcap, int has_sinks) {
  uint head = get_group_id(0);
  uint r = get_group_id(1);
  uint item = get_local_id(0);
  uint kv_head = head / (query_heads / kv_heads);
  int span = spans[r];
  int last = positions[r];
  int first = window == 0 ? 0 : max(0, last - (int)window + 1);
  const __global float *q = s + query + ((ulong)r * query_heads + head) * key_width;
  float largest = has_sinks ? sinks[head] : -INFINITY;
  float sum = has_sinks ? 1 : 0;
  float values[MAX_VALUES];
  for (int i = 0; i < MAX_VALUES; i++) values[i] = 0;
  for (int page = first / (int)page_tokens; page <= last / (int)page_tokens; page++) {
    const __global uchar *bytes = pool + pages[list[span] + page - first_page[span]];
    int from = max(first, page * (int)page_tokens);
    int count = min(last, (page + 1) * (int)page_tokens - 1) - from + 1;
    for (int t = item; t < count; t += ITEMS) {
      ulong slot = (ulong)((from + t) % page_tokens) * kv_heads + kv_head;
      const __global uchar *key = bytes + keys_at + slot * key_bytes;
      float dot = 0;
      for (uint i = 0; i < key_width; i++) dot += q[i] * kv_read(key, key_encoding, key_width, i);
      float score = dot * scale;
      scores[t] = softcap == 0 ? score : softcap * tanh(score / softcap);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float before = largest;
    for (int t = 0; t < count; t++) largest = fmax(largest, scores[t]);
    float shrink = before == -INFINITY ? 0 : exp(before - largest);
    sum *= shrink;
    for (int i = 0; i < MAX_VALUES; i++) values[i] *= shrink;
    for (int t = 0; t < count; t++) {
      float share = exp(scores[t] - largest);
      sum += share;
      ulong slot = (ulong)((from + t) % page_tokens) * kv_heads + kv_head;
      const __global uchar *value = bytes + values_at + slot * value_bytes;
      for (uint i = item, n = 0; i < value_width; i += ITEMS, n++) {
        values[n] += share * kv_read(value, value_encoding, value_row_width, i);
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  for (uint i = item, n = 0; i < value_width; i += ITEMS, n++) {
    s[out + ((ulong)r * query_heads + head) * value_width + i] = values[n] / sum;
  }
}

#define SPAN                                       \
  uint span = get_global_id(1);                    \
  uint from = rows_of[span];                       \
  uint to = from + lengths[span];                  \
  int fresh = starts[span] == 0;                   \
  __global float *state = (__global float *)(pool + states[span]);

#define TABLES \
  __global uchar *pool, Ints rows_of, Ints lengths, Ints starts, Offsets states

#define MAX_TAPS 16

__kernel void short_conv(__global float *s, ulong in, ulong out, TABLES,
                         const __global float *weight, const __global float *bias, uint width,
                         uint taps, int kind, int has_bias) {
  uint c = get_global_id(0);
  if (c >= width) return;
  SPAN
  float seen[MAX_TAPS];
  for (uint j = 0; j + 1 < taps; j++) seen[j] = fresh ? 0 : state[j * width + c];
  for (uint r = from; r < to; r++) {
    seen[taps - 1] = s[in + (ulong)r * width + c];
    float sum = has_bias ? bias[c] : 0;
    for (uint j = 0; j < taps; j++) sum += weight[c * taps + j] * seen[j];
    s[out + (ulong)r * width + c] = activation(kind, sum);
    for (uint j = 0; j + 1 < taps; j++) seen[j] = seen[j + 1];
  }
  for (uint j = 0; j + 1 < taps; j++) state[j * width + c] = seen[j];
}

__kernel void shift(__global float *s, ulong in, ulong out, TABLES, uint width) {
  uint c = get_global_id(0);
  if (c >= width) return;
  SPAN
  float last = fresh ? 0 : state[c];
  for (uint r = from; r < to; r++) {
    float now = s[in + (ulong)r * width + c];
    s[out + (ulong)r * width + c] = last;
    last = now;
  }
  state[c] = last;
}

static void clear(__global float *state, uint from, uint stride, uint count) {
  for (uint i = 0; i < count; i++) state[from + i * stride] = 0;
}

__kernel void selective_scan(__global float *s, ulong x, ulong step, ulong b, ulong c, ulong out,
                             TABLES, const __global float *a, const __global float *d, uint width,
                             uint n) {
  uint i = get_global_id(0);
  if (i >= width) return;
  SPAN
  state += (ulong)i * n;
  if (fresh) clear(state, 0, 1, n);
  for (ulong r = from; r < to; r++) {
    float xi = s[x + r * width + i];
    float si = s[step + r * width + i];
    float y = 0;
    for (uint j = 0; j < n; j++) {
      state[j] = exp(si * a[i * n + j]) * state[j] + si * xi * s[b + r * n + j];
      y += state[j] * s[c + r * n + j];
    }
    s[out + r * width + i] = d[i] * xi + y;
  }
}

// One item a row of a head's state.
__kernel void head_scan(__global float *s, ulong x, ulong dt, ulong b, ulong c, ulong out, TABLES,
                        const __global float *a, const __global float *d,
                        const __global float *dt_bias, uint heads, uint head_width, uint n,
                        uint groups, int has_d) {
  uint i = get_global_id(0);
  uint width = heads * head_width;
  if (i >= width) return;
  SPAN
  uint h = i / head_width;
  uint group = h / (heads / groups);
  state += (ulong)i * n;
  if (fresh) clear(state, 0, 1, n);
  for (ulong r = from; r < to; r++) {
    float xi = s[x + r * width + i];
    float step = softplus(s[dt + r * heads + h] + dt_bias[h]);
    float decay = exp(step * a[h]);
    float y = 0;
    for (uint j = 0; j < n; j++) {
      ulong at = (r * groups + group) * n + j;
      state[j] = decay * state[j] + step * xi * s[b + at];
      y += state[j] * s[c + at];
    }
    s[out + r * width + i] = has_d ? d[h] * xi + y : y;
  }
}

// One item a column of a head's state.
__kernel void linear_scan(__global float *s, ulong q, ulong k, ulong v, ulong decay, ulong out,
                          TABLES, const __global float *bonus, const __global float *fixed,
                          uint heads, uint key_width, uint value_width, uint decays, float scale,
                          int has_bonus, int is_fixed) {
  uint c = get_global_id(0);
  if (c >= heads * value_width) return;
  SPAN
  uint h = c / value_width;
  uint keys = heads * key_width;
  state += (ulong)h * key_width * value_width + c % value_width;
  if (fresh) clear(state, 0, value_width, key_width);
  for (ulong r = from; r < to; r++) {
    float vc = s[v + r * heads * value_width + c];
    float y = 0;
    for (uint i = 0; i < key_width; i++) {
      uint key = h * key_width + i;
      float w = is_fixed ? fixed[h] : s[decay + r * decays + key / (keys / decays)];
      float added = s[k + r * keys + key] * vc;
      float before = state[i * value_width];
      float after = w * before + added;
      y += s[q + r * keys + key] * (has_bonus ? before + bonus[key] * added : after);
      state[i * value_width] = after;
    }
    s[out + r * heads * value_width + c] = scale * y;
  }
}

__kernel void delta_scan(__global float *s, ulong q, ulong k, ulong v, ulong decay, ulong removed,
                         ulong replaced, ulong out, TABLES, uint heads, uint key_width,
                         uint value_width, uint decays) {
  uint c = get_global_id(0);
  if (c >= heads * value_width) return;
  SPAN
  uint h = c / value_width;
  uint keys = heads * key_width;
  state += (ulong)h * key_width * value_width + c % value_width;
  if (fresh) clear(state, 0, value_width, key_width);
  for (ulong r = from; r < to; r++) {
    ulong row = r * keys + h * key_width;
    float vc = s[v + r * heads * value_width + c];
    float held = 0, y = 0;
    for (uint i = 0; i < key_width; i++) held += s[removed + row + i] * state[i * value_width];
    for (uint i = 0; i < key_width; i++) {
      float w = s[decay + r * decays + (h * key_width + i) / (keys / decays)];
      float now = w * state[i * value_width] + s[replaced + row + i] * held + s[k + row + i] * vc;
      state[i * value_width] = now;
      y += s[q + row + i] * now;
    }
    s[out + r * heads * value_width + c] = y;
  }
}

__kernel void gated_recurrence(__global float *s, ulong x, ulong input, ulong recurrence,
                               ulong out, TABLES, const __global float *weight, uint width) {
  uint c = get_global_id(0);
  if (c >= width) return;
  SPAN
  float h = fresh ? 0 : state[c];
  float rate = -8 * softplus(weight[c]);
  for (ulong r = from; r < to; r++) {
    float in = s[input + r * width + c] * s[x + r * width + c];
    float log_a = s[recurrence + r * width + c] * rate;
    h = fresh && r == from ? in : exp(log_a) * h + sqrt(-expm1(2 * log_a)) * in;
    s[out + r * width + c] = h;
  }
  state[c] = h;
}

// The part of an mLSTM that its columns share: gates and divisor, three numbers a head and row in
// `work`. One item a head.
__kernel void matrix_lstm_gates(__global float *s, ulong q, ulong k, ulong input, ulong forget,
                                ulong work, TABLES, uint heads, uint key_width, uint value_width,
                                float epsilon) {
  uint h = get_global_id(0);
  if (h >= heads) return;
  SPAN
  uint keys = heads * key_width;
  __global float *n = state + (ulong)keys * value_width + h * key_width;
  __global float *m = state + (ulong)keys * value_width + keys + h;
  if (fresh) {
    clear(n, 0, 1, key_width);
    *m = 0;
  }
  float largest = *m;
  for (ulong r = from; r < to; r++) {
    float in = s[input + r * heads + h];
    float lf = -softplus(-s[forget + r * heads + h]) + largest;
    largest = fmax(lf, in);
    float keep = exp(lf - largest), take = exp(in - largest), norm = 0;
    for (uint i = 0; i < key_width; i++) {
      n[i] = keep * n[i] + take * s[k + r * keys + h * key_width + i];
      norm += n[i] * s[q + r * keys + h * key_width + i];
    }
    ulong at = work + (r * heads + h) * 3;
    s[at] = keep;
    s[at + 1] = take;
    s[at + 2] = fmax(fabs(norm), exp(-largest)) + epsilon;
  }
  *m = largest;
}

__kernel void matrix_lstm(__global float *s, ulong q, ulong k, ulong v, ulong work, ulong out,
                          TABLES, uint heads, uint key_width, uint value_width) {
  uint c = get_global_id(0);
  if (c >= heads * value_width) return;
  SPAN
  uint h = c / value_width;
  uint keys = heads * key_width;
  state += (ulong)h * key_width * value_width + c % value_width;
  if (fresh) clear(state, 0, value_width, key_width);
  for (ulong r = from; r < to; r++) {
    ulong at = work + (r * heads + h) * 3;
    float vc = s[v + r * heads * value_width + c];
    float y = 0;
    for (uint i = 0; i < key_width; i++) {
      ulong key = r * keys + h * key_width + i;
      float now = s[at] * state[i * value_width] + s[at + 1] * s[k + key] * vc;
      state[i * value_width] = now;
      y += now * s[q + key];
    }
    s[out + r * heads * value_width + c] = y / s[at + 2];
  }
}

// One work-group a head and span: every channel reads the last outputs of the whole head. `next`
// holds the head's new outputs.
// global: (heads * ITEMS, spans), local: (ITEMS, 1)
__kernel void scalar_lstm(__global float *s, ulong gates, ulong out, TABLES,
                          const __global float *recurrent, const __global float *bias,
                          __local float *next, uint heads, uint head_width) {
  uint h = get_group_id(0);
  uint item = get_local_id(0);
  uint span = get_group_id(1);
  uint from = rows_of[span];
  uint to = from + lengths[span];
  int fresh = starts[span] == 0;
  uint width = heads * head_width;
  __global float *state = (__global float *)(pool + states[span]);
  __global float *y = state + h * head_width;
  for (uint i = item; i < head_width; i += ITEMS) {
    for (int part = 0; part < 4 && fresh; part++) y[part * width + i] = 0;
    next[i] = y[i];
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  for (ulong r = from; r < to; r++) {
    for (uint i = item; i < head_width; i += ITEMS) {
      uint c = h * head_width + i;
      float in[4];
      for (uint gate = 0; gate < 4; gate++) {
        float sum = s[gates + r * 4 * width + gate * width + c] + bias[gate * width + c];
        ulong row = ((ulong)h * 4 + gate) * head_width + i;
        for (uint j = 0; j < head_width; j++) sum += recurrent[row * head_width + j] * next[j];
        in[gate] = sum;
      }
      float kept = y[3 * width + i] - softplus(-in[1]);
      float largest = fresh && r == from ? in[0] : fmax(in[0], kept);
      float take = fmin(exp(in[0] - largest), 1.0f), keep = fmin(exp(kept - largest), 1.0f);
      y[width + i] = keep * y[width + i] + take * tanh(in[2]);
      y[2 * width + i] = keep * y[2 * width + i] + take;
      y[3 * width + i] = largest;
      y[i] = sigmoid(in[3]) * y[width + i] / y[2 * width + i];
      s[out + r * width + c] = y[i];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = item; i < head_width; i += ITEMS) next[i] = y[i];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
}

__kernel void channel_wkv(__global float *s, ulong k, ulong v, ulong out, TABLES,
                          const __global float *decay, const __global float *first, uint width) {
  uint c = get_global_id(0);
  if (c >= width) return;
  SPAN
  float num = fresh ? 0 : state[c];
  float den = fresh ? 0 : state[width + c];
  float o = fresh ? -1e38f : state[2 * width + c];
  for (ulong r = from; r < to; r++) {
    float kc = s[k + r * width + c], vc = s[v + r * width + c];
    float q = fmax(o, first[c] + kc);
    float old = exp(o - q), now = exp(first[c] + kc - q);
    s[out + r * width + c] = (old * num + now * vc) / (old * den + now);
    q = fmax(o + decay[c], kc);
    old = exp(o + decay[c] - q);
    now = exp(kc - q);
    num = old * num + now * vc;
    den = old * den + now;
    o = q;
  }
  state[c] = num;
  state[width + c] = den;
  state[2 * width + c] = o;
}
