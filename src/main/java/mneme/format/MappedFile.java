package mneme.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Maps a regular file read-only. Anything else (a folder, a pipe, a device) is refused before it
/// is opened, because opening some of them blocks.
final class MappedFile {
  private MappedFile() {}

  static MemorySegment map(Path path, Arena arena) {
    if (!Files.isRegularFile(path)) {
      throw new MalformedFileException(
          Fault.NOT_A_FILE, 0, path + (Files.exists(path) ? " is no file" : " does not exist"));
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      long bytes = channel.size();
      return bytes == 0
          ? MemorySegment.ofArray(new byte[0])
          : channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
    } catch (IOException e) {
      throw new ModelFormatException("cannot map " + path + ": " + e.getMessage(), e);
    }
  }
}
