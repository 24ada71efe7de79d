package mneme.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/// Writes GGUF files, valid ones and every kind of broken one. Starts as a small llama: 1 layer,
/// width 32, 264 SentencePiece tokens, 12 F32 tensors.
public final class GgufForge {
  public static final int U8 = 0;
  public static final int I8 = 1;
  public static final int U32 = 4;
  public static final int I32 = 5;
  public static final int F32 = 6;
  public static final int BOOL = 7;
  public static final int STRING = 8;
  public static final int ARRAY = 9;
  public static final int U64 = 10;
  private static final int VOCABULARY = 264;

  public byte[] magic = text("GGUF");
  public int version = 3;
  public long tensorCountOff = 0;
  public long keyCountOff = 0;
  public int alignment = 32;
  public final List<Key> keys = new ArrayList<>();
  public final List<Entry> tensors = new ArrayList<>();

  public record Key(byte[] name, int type, byte[] value) {}

  /// A tensor entry; an offset of -2 stands for the right one.
  public static final class Entry {
    public byte[] name;
    public long[] dims;
    public int type;
    public long offset = -2;
    public final byte[] data;
    private final long bytes;

    Entry(String name, long[] dims, byte[] data) {
      this(name, dims, data, data.length);
    }

    private Entry(String name, long[] dims, byte[] data, long bytes) {
      this.name = GgufForge.text(name);
      this.dims = dims;
      this.data = data;
      this.bytes = bytes;
    }
  }

  /// A file that says its architecture and nothing else.
  public static GgufForge of(String architecture) {
    GgufForge forge = new GgufForge();
    forge.text("general.architecture", architecture);
    return forge;
  }

  public static GgufForge llama() {
    GgufForge forge = of("llama");
    forge.u32("llama.block_count", 1);
    forge.u32("llama.context_length", 128);
    forge.u32("llama.embedding_length", 32);
    forge.u32("llama.feed_forward_length", 64);
    forge.u32("llama.attention.head_count", 2);
    forge.u32("llama.attention.head_count_kv", 1);
    forge.u32("llama.rope.dimension_count", 16);
    forge.f32("llama.rope.freq_base", 10_000);
    forge.f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    forge.addTokenizer();
    forge.addTensors();
    return forge;
  }

  /// A vocabulary of single bytes and a few letters.
  public GgufForge addTokenizer() {
    text("tokenizer.ggml.model", "llama");
    List<byte[]> tokens = new ArrayList<>();
    List<byte[]> scores = new ArrayList<>();
    List<byte[]> types = new ArrayList<>();
    for (int i = 0; i < VOCABULARY; i++) {
      int kind = i == 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1;
      String written =
          switch (kind) {
            case 2 -> "<unk>";
            case 3 -> i == 1 ? "<s>" : "</s>";
            case 6 -> "<0x%02X>".formatted(i - 3);
            default -> List.of("\u2581", "e", "\u2581e", "t", "et").get(i - 259);
          };
      tokens.add(string(text(written)));
      scores.add(f32(-i));
      types.add(u32(kind));
    }
    array("tokenizer.ggml.tokens", STRING, tokens);
    array("tokenizer.ggml.scores", F32, scores);
    array("tokenizer.ggml.token_type", I32, types);
    u32("tokenizer.ggml.bos_token_id", 1);
    u32("tokenizer.ggml.eos_token_id", 2);
    return u32("tokenizer.ggml.unknown_token_id", 0);
  }

  private void addTensors() {
    tensor("token_embd.weight", 32, VOCABULARY);
    tensor("output_norm.weight", 32);
    tensor("output.weight", 32, VOCABULARY);
    tensor("blk.0.attn_norm.weight", 32);
    tensor("blk.0.attn_q.weight", 32, 32);
    tensor("blk.0.attn_k.weight", 32, 16);
    tensor("blk.0.attn_v.weight", 32, 16);
    tensor("blk.0.attn_output.weight", 32, 32);
    tensor("blk.0.ffn_norm.weight", 32);
    tensor("blk.0.ffn_gate.weight", 32, 64);
    tensor("blk.0.ffn_up.weight", 32, 64);
    tensor("blk.0.ffn_down.weight", 64, 32);
  }

  public void tensor(String name, long... dims) {
    int elements = 1;
    for (long dim : dims) {
      elements *= (int) dim;
    }
    ByteBuffer data = little(4 * elements);
    Random random = new Random(name.hashCode());
    for (int i = 0; i < elements; i++) {
      data.putFloat((float) random.nextGaussian() * 0.1f);
    }
    tensors.add(new Entry(name, dims, data.array()));
  }

  /// A tensor of zeros that takes no memory here; matrices in F16, vectors in F32. For files that
  /// are [written][#writeTo], not built.
  public GgufForge hollow(String name, long... dims) {
    long elements = LongStream.of(dims).reduce(1, Math::multiplyExact);
    Entry entry = new Entry(name, dims, new byte[0], (dims.length > 1 ? 2 : 4) * elements);
    entry.type = dims.length > 1 ? 1 : 0;
    tensors.add(entry);
    return this;
  }

  /// Writes the file with holes where the tensors are hollow.
  public Path writeTo(Path path) throws IOException {
    byte[] header = header();
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(header);
      long at = padded(header.length);
      for (Entry tensor : tensors) {
        file.seek(at);
        file.write(tensor.data);
        at += padded(tensor.bytes);
      }
      file.setLength(at);
    }
    return path;
  }

  public GgufForge key(String name, int type, byte[] value) {
    byte[] bytes = text(name);
    for (int i = 0; i < keys.size(); i++) {
      if (java.util.Arrays.equals(keys.get(i).name(), bytes)) {
        keys.set(i, new Key(bytes, type, value));
        return this;
      }
    }
    keys.add(new Key(bytes, type, value));
    return this;
  }

  public GgufForge remove(String name) {
    keys.removeIf(key -> java.util.Arrays.equals(key.name(), text(name)));
    return this;
  }

  public GgufForge text(String name, String value) {
    return key(name, STRING, string(text(value)));
  }

  public GgufForge u32(String name, int value) {
    return key(name, U32, u32(value));
  }

  public GgufForge f32(String name, float value) {
    return key(name, F32, f32(value));
  }

  public GgufForge array(String name, int type, List<byte[]> values) {
    return key(name, ARRAY, array(type, values.size(), join(values)));
  }

  public static byte[] array(int type, long count, byte[] values) {
    return join(List.of(u32(type), u64(count), values));
  }

  public static byte[] string(byte[] value) {
    return join(List.of(u64(value.length), value));
  }

  public static byte[] text(String value) {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  public static byte[] u32(int value) {
    return little(4).putInt(value).array();
  }

  public static byte[] u64(long value) {
    return little(8).putLong(value).array();
  }

  public static byte[] f32(float value) {
    return little(4).putFloat(value).array();
  }

  public static byte[] join(List<byte[]> parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    parts.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// Everything before the tensor data, without padding.
  public byte[] header() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(magic);
    out.writeBytes(u32(version));
    out.writeBytes(u64(tensors.size() + tensorCountOff));
    out.writeBytes(u64(keys.size() + keyCountOff));
    for (Key key : keys) {
      out.writeBytes(string(key.name()));
      out.writeBytes(u32(key.type()));
      out.writeBytes(key.value());
    }
    long offset = 0;
    for (Entry tensor : tensors) {
      out.writeBytes(string(tensor.name));
      out.writeBytes(u32(tensor.dims.length));
      for (long dim : tensor.dims) {
        out.writeBytes(u64(dim));
      }
      out.writeBytes(u32(tensor.type));
      out.writeBytes(u64(tensor.offset == -2 ? offset : tensor.offset));
      offset += padded(tensor.bytes);
    }
    return out.toByteArray();
  }

  public byte[] build() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header());
    out.writeBytes(new byte[(int) padded(out.size()) - out.size()]);
    for (Entry tensor : tensors) {
      out.writeBytes(tensor.data);
      out.writeBytes(new byte[(int) padded(tensor.data.length) - tensor.data.length]);
    }
    return out.toByteArray();
  }

  private long padded(long bytes) {
    return (bytes + alignment - 1) / alignment * alignment;
  }
}
