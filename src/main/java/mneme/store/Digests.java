package mneme.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 in hex. Models of many gigabytes are named by a sample, so that listing them stays fast.
final class Digests {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int SAMPLES = 16;

  private Digests() {}

  /// Of every byte of `file`.
  static String ofContent(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (FileChannel channel = FileChannel.open(file)) {
      update(digest, channel, 0, channel.size());
    }
    return hex(digest);
  }

  /// Of the file's length and of 16 pieces of a mebibyte, the first at its start (where the header
  /// and so the shape is) and the last at its end. Small files are read whole.
  static String ofSample(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      digest.update(Long.toString(size).getBytes(StandardCharsets.US_ASCII));
      if (size <= (long) SAMPLES * CHUNK_BYTES) {
        update(digest, channel, 0, size);
      } else {
        for (int i = 0; i < SAMPLES; i++) {
          update(digest, channel, (size - CHUNK_BYTES) / (SAMPLES - 1) * i, CHUNK_BYTES);
        }
      }
    }
    return hex(digest);
  }

  static String of(byte[] bytes) {
    MessageDigest digest = sha256();
    digest.update(bytes);
    return hex(digest);
  }

  private static void update(MessageDigest digest, FileChannel channel, long at, long bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, Math.max(bytes, 1)));
    long left = bytes;
    while (left > 0) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), left));
      int read = channel.read(buffer, at + bytes - left);
      if (read < 0) {
        throw new IOException("the file became shorter while it was read");
      }
      digest.update(buffer.flip());
      left -= read;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
