// Weights as they lie in the model file, and the products with them. Built once for each encoding:
// ENCODING is its GGUF number, BLOCK_BYTES and BLOCK_ELEMENTS its block.
//
// One work-group computes one output column for up to ROWS rows. Its items share the blocks of 32
// columns among them, always in the same way, and the last sum runs over the items in order: how a
// number is summed depends on the width of the matrix only.

#pragma OPENCL FP_CONTRACT OFF

#define ITEMS 32
#define ROWS 4

#define F32 0
#define F16 1
#define Q4_0 2
#define Q4_1 3
#define Q5_0 6
#define Q5_1 7
#define Q8_0 8
#define Q2_K 10
#define Q3_K 11
#define Q4_K 12
#define Q5_K 13
#define Q6_K 14
#define IQ4_NL 20
#define IQ4_XS 23
#define BF16 30
#define MXFP4 39

typedef const __global uchar *Bytes;

static float half_at(Bytes p) {
  return vload_half(0, (const __global half *)p);
}

static int u16_at(Bytes p) {
  return p[0] | p[1] << 8;
}

static uint u32_at(Bytes p) {
  return (uint)p[0] | (uint)p[1] << 8 | (uint)p[2] << 16 | (uint)p[3] << 24;
}

#if ENCODING == IQ4_NL || ENCODING == IQ4_XS
__constant char levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                              1,    13,   25,  38,  53,  69,  89,  113};
#elif ENCODING == MXFP4
__constant char levels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
#endif

#if ENCODING == IQ4_NL || ENCODING == IQ4_XS || ENCODING == MXFP4
static void from_table(Bytes q, float scale, float *w) {
  for (int j = 0; j < 16; j++) {
    w[j] = scale * levels[q[j] & 15];
    w[j + 16] = scale * levels[q[j] >> 4];
  }
}
#endif

#if ENCODING == Q4_K || ENCODING == Q5_K
static int scale_of(Bytes p, int group) {
  return group < 4 ? p[group] & 63 : (p[group + 4] & 15) | (p[group - 4] & 0xc0) >> 2;
}

static int least_of(Bytes p, int group) {
  return group < 4 ? p[group + 4] & 63 : p[group + 4] >> 4 | (p[group] & 0xc0) >> 2;
}
#endif

// The 32 weights from column 32 * block on (fewer in the last block of an unquantized row).
static void weights(Bytes row, uint block, uint count, float *w) {
#if ENCODING == F32
  const __global float *p = (const __global float *)row + 32 * block;
  for (uint i = 0; i < count; i++) w[i] = p[i];
#elif ENCODING == F16
  const __global half *p = (const __global half *)row + 32 * block;
  for (uint i = 0; i < count; i++) w[i] = vload_half(i, p);
#elif ENCODING == BF16
  const __global ushort *p = (const __global ushort *)row + 32 * block;
  for (uint i = 0; i < count; i++) w[i] = as_float((uint)p[i] << 16);
#elif ENCODING == Q8_0
  Bytes p = row + 34 * block;
  float scale = half_at(p);
  for (int j = 0; j < 32; j++) w[j] = (char)p[2 + j] * scale;
#elif ENCODING == Q4_0
  Bytes p = row + 18 * block;
  float scale = half_at(p);
  for (int j = 0; j < 16; j++) {
    w[j] = ((p[2 + j] & 15) - 8) * scale;
    w[j + 16] = ((p[2 + j] >> 4) - 8) * scale;
  }
#elif ENCODING == Q4_1
  Bytes p = row + 20 * block;
  float scale = half_at(p), least = half_at(p + 2);
  for (int j = 0; j < 16; j++) {
    w[j] = (p[4 + j] & 15) * scale + least;
    w[j + 16] = (p[4 + j] >> 4) * scale + least;
  }
#elif ENCODING == Q5_0
  Bytes p = row + 22 * block;
  float scale = half_at(p);
  uint fifths = u32_at(p + 2);
  for (int j = 0; j < 16; j++) {
    w[j] = ((int)(p[6 + j] & 15 | (fifths >> j & 1) << 4) - 16) * scale;
    w[j + 16] = ((int)(p[6 + j] >> 4 | (fifths >> (j + 16) & 1) << 4) - 16) * scale;
  }
#elif ENCODING == Q5_1
  Bytes p = row + 24 * block;
  float scale = half_at(p), least = half_at(p + 2);
  uint fifths = u32_at(p + 4);
  for (int j = 0; j < 16; j++) {
    w[j] = (p[8 + j] & 15 | (fifths >> j & 1) << 4) * scale + least;
    w[j + 16] = (p[8 + j] >> 4 | (fifths >> (j + 16) & 1) << 4) * scale + least;
  }
#elif ENCODING == Q2_K
  Bytes p = row + 84 * (block / 8);
  float scale = half_at(p + 80), least = half_at(p + 82);
  for (int g = 0; g < 2; g++) {
    int group = 2 * (block % 8) + g;
    float step = scale * (p[group] & 15), zero = least * (p[group] >> 4);
    Bytes q = p + 16 + 32 * (group / 8) + 16 * g;
    int shift = 2 * (group / 2 % 4);
    for (int l = 0; l < 16; l++) w[16 * g + l] = step * (q[l] >> shift & 3) - zero;
  }
#elif ENCODING == Q3_K
  Bytes p = row + 110 * (block / 8);
  float scale = half_at(p + 108);
  for (int g = 0; g < 2; g++) {
    int group = 2 * (block % 8) + g;
    int low = p[96 + group % 8] >> 4 * (group / 8) & 15;
    int high = p[104 + group % 4] >> 2 * (group / 4) & 3;
    float step = scale * ((low | high << 4) - 32);
    Bytes q = p + 32 + 32 * (group / 8) + 16 * g;
    int shift = 2 * (group / 2 % 4);
    for (int l = 0; l < 16; l++) {
      int third = (p[16 * g + l] >> (group / 2) & 1) == 0 ? 4 : 0;
      w[16 * g + l] = step * ((q[l] >> shift & 3) - third);
    }
  }
#elif ENCODING == Q4_K || ENCODING == Q5_K
  Bytes p = row + BLOCK_BYTES * (block / 8);
  int group = block % 8;
  float step = half_at(p) * scale_of(p + 4, group);
  float zero = half_at(p + 2) * least_of(p + 4, group);
  int shift = 4 * (group % 2);
#if ENCODING == Q4_K
  Bytes q = p + 16 + 32 * (group / 2);
  for (int l = 0; l < 32; l++) w[l] = step * (q[l] >> shift & 15) - zero;
#else
  Bytes q = p + 48 + 32 * (group / 2);
  for (int l = 0; l < 32; l++) {
    int fifth = (p[16 + l] >> group & 1) << 4;
    w[l] = step * ((q[l] >> shift & 15) | fifth) - zero;
  }
#endif
#elif ENCODING == Q6_K
  Bytes p = row + 210 * (block / 8);
  float scale = half_at(p + 208);
  for (int g = 0; g < 2; g++) {
    int group = 2 * (block % 8) + g;
    float step = scale * (char)p[192 + group];
    Bytes low = p + 64 * (group / 8) + 16 * (group % 4);
    Bytes high = p + 128 + 32 * (group / 8) + 16 * g;
    int lowShift = 4 * (group / 4 % 2), highShift = 2 * (group / 2 % 4);
    for (int l = 0; l < 16; l++) {
      int q = (low[l] >> lowShift & 15) | (high[l] >> highShift & 3) << 4;
      w[16 * g + l] = step * (q - 32);
    }
  }
#elif ENCODING == IQ4_NL
  Bytes p = row + 18 * block;
  from_table(p + 2, half_at(p), w);
#elif ENCODING == IQ4_XS
  Bytes p = row + 136 * (block / 8);
  int b = block % 8;
  int low = p[4 + b / 2] >> 4 * (b % 2) & 15;
  int step = (low | (u16_at(p + 2) >> 2 * b & 3) << 4) - 32;
  from_table(p + 8 + 16 * b, half_at(p) * step, w);
#elif ENCODING == MXFP4
  Bytes p = row + 17 * block;
  uint exponent = p[0];
  from_table(p + 1, as_float(exponent < 2 ? 0x00200000u << exponent : (exponent - 1) << 23), w);
#endif
}

static ulong row_bytes(uint columns) {
  return (ulong)columns / BLOCK_ELEMENTS * BLOCK_BYTES;
}

// global: (blocks of 32 columns, rows)
__kernel void embed(__global float *s, ulong out, Bytes table, const __global int *tokens,
                    uint columns) {
  uint block = get_global_id(0);
  uint r = get_global_id(1);
  if (32 * block >= columns) return;
  uint count = min(32u, columns - 32 * block);
  float w[32];
  weights(table + tokens[r] * row_bytes(columns), block, count, w);
  for (uint i = 0; i < count; i++) s[out + (ulong)r * columns + 32 * block + i] = w[i];
}

// out[r][o] = weight row o times a run of in[r], plus bias. A run is the whole row, or for a
// block-diagonal matrix run o / height.
// global: (outputs * ITEMS, rows / ROWS), local: (ITEMS, 1)
__kernel void product(__global float *s, ulong in, ulong out, Bytes weight,
                      const __global float *bias, uint columns, uint outputs, uint rows,
                      uint height, int has_bias) {
  __local float parts[ITEMS * ROWS];
  uint o = get_group_id(0);
  uint item = get_local_id(0);
  uint first = get_group_id(1) * ROWS;
  uint run = o / height;
  uint width = outputs / height * columns;
  Bytes row = weight + o * row_bytes(columns);
  float sum[ROWS];
  for (int r = 0; r < ROWS; r++) sum[r] = 0;
  for (uint block = item; 32 * block < columns; block += ITEMS) {
    uint count = min(32u, columns - 32 * block);
    float w[32];
    weights(row, block, count, w);
    for (uint r = 0; r < ROWS; r++) {
      const __global float *x =
          s + in + (ulong)min(first + r, rows - 1) * width + run * columns + 32 * block;
      float part = 0;
      for (uint i = 0; i < count; i++) part += w[i] * x[i];
      sum[r] += part;
    }
  }
  for (int r = 0; r < ROWS; r++) parts[r * ITEMS + item] = sum[r];
  barrier(CLK_LOCAL_MEM_FENCE);
  if (item < ROWS && first + item < rows) {
    float total = 0;
    for (uint i = 0; i < ITEMS; i++) total += parts[item * ITEMS + i];
    s[out + (ulong)(first + item) * outputs + o] = has_bias ? total + bias[o] : total;
  }
}

// One matrix of a stack for each chosen expert of each row.
// global: (chosen * height * ITEMS, rows), local: (ITEMS, 1)
__kernel void expert_product(__global float *s, ulong in, ulong route, ulong out, Bytes weight,
                             const __global float *bias, uint columns, uint height, uint chosen,
                             int shared_input, int has_bias) {
  __local float parts[ITEMS];
  uint o = get_group_id(0);
  uint item = get_local_id(0);
  ulong r = get_group_id(1);
  uint run = o / height;
  uint expert = (uint)s[route + r * 2 * chosen + run];
  ulong matrix_row = (ulong)expert * height + o % height;
  Bytes row = weight + matrix_row * row_bytes(columns);
  const __global float *x =
      s + in + (shared_input ? r * columns : (r * chosen + run) * columns);
  float sum = 0;
  for (uint block = item; 32 * block < columns; block += ITEMS) {
    uint count = min(32u, columns - 32 * block);
    float w[32];
    weights(row, block, count, w);
    float part = 0;
    for (uint i = 0; i < count; i++) part += w[i] * x[32 * block + i];
    sum += part;
  }
  parts[item] = sum;
  barrier(CLK_LOCAL_MEM_FENCE);
  if (item == 0) {
    float total = 0;
    for (uint i = 0; i < ITEMS; i++) total += parts[i];
    s[out + r * chosen * height + o] = has_bias ? total + bias[matrix_row] : total;
  }
}
