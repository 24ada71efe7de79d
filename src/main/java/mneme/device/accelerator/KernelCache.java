package mneme.device.accelerator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;
import mneme.device.UserCache;

/// What compilers made of kernels, kept in a folder from run to run. A file is named by the hash of
/// all that it depends on and begins with the hash of the rest, so one that was cut or changed is
/// made anew. Where nothing can be kept, everything is compiled each time.
public final class KernelCache {
  private static final int HASH_BYTES = 32;

  private final Path folder;
  private final String compiler;

  /// @param compiler device, driver and whatever else makes its results differ
  public KernelCache(Path folder, String compiler) {
    this.folder = folder;
    this.compiler = compiler;
  }

  /// In `$XDG_CACHE_HOME/mneme/kernels`, else `~/.cache/mneme/kernels`.
  public static KernelCache ofUser(String compiler) {
    return new KernelCache(UserCache.folder("kernels"), compiler);
  }

  /// What was compiled of `source` before, or else what `compile` gives, which is kept.
  public byte[] get(String source, Supplier<byte[]> compile) {
    Optional<byte[]> known = find(source);
    if (known.isPresent()) {
      return known.get();
    }
    byte[] compiled = compile.get();
    keep(source, compiled);
    return compiled;
  }

  private Path file(String source) {
    return folder.resolve(HexFormat.of().formatHex(hash(bytes(compiler + "\n" + source))));
  }

  /// What was kept for `source`, whole as it was.
  public Optional<byte[]> find(String source) {
    try {
      byte[] all = Files.readAllBytes(file(source));
      byte[] compiled = Arrays.copyOfRange(all, Math.min(HASH_BYTES, all.length), all.length);
      boolean isWhole = Arrays.equals(hash(compiled), Arrays.copyOf(all, HASH_BYTES));
      return isWhole ? Optional.of(compiled) : Optional.empty();
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// In the place of what was kept for `source` before. Others may do the same at the same time, so
  /// the file appears when it is whole.
  public void keep(String source, byte[] compiled) {
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, "part", "");
      Files.write(
          part,
          ByteBuffer.allocate(HASH_BYTES + compiled.length)
              .put(hash(compiled))
              .put(compiled)
              .array());
      Files.move(part, file(source), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException _) {
      // compiled again next time
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] hash(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
