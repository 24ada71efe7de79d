package mneme.device.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import mneme.device.DeviceInfo;
import mneme.device.UserCache;

/// What was found out about devices, kept in a folder from run to run, a short text for each device
/// and kind of finding. A device under another driver is another one. Where nothing can be kept it
/// is found out in each run. Any thread may ask.
public final class Notes {
  private final Path folder;

  /// What this process found out itself.
  private final Map<Path, String> own = new ConcurrentHashMap<>();

  public Notes(Path folder) {
    this.folder = folder;
  }

  /// In the cache folder of the user.
  public static Notes ofUser() {
    return new Notes(UserCache.folder("devices"));
  }

  Optional<String> read(DeviceInfo device, String kind) {
    Path file = file(device, kind);
    return Optional.ofNullable(own.get(file)).or(() -> onDisk(file));
  }

  private static Optional<String> onDisk(Path file) {
    try {
      return Optional.of(Files.readString(file));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// Others may do the same at the same time, so the file appears when it is whole.
  void keep(DeviceInfo device, String kind, String text) {
    Path file = file(device, kind);
    own.put(file, text);
    try {
      Files.createDirectories(folder);
      Path part = Files.createTempFile(folder, "part", "");
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException _) {
      // found out again in the next run
    }
  }

  /// Named so that a person can find it, and a folder can serve several machines.
  private Path file(DeviceInfo device, String kind) {
    String who = device.id() + "\n" + device.name() + "\n" + device.driver();
    String hash = UUID.nameUUIDFromBytes(who.getBytes(StandardCharsets.UTF_8)).toString();
    return folder.resolve("%s-%s.%s".formatted(device.id().replace(':', '-'), hash, kind));
  }
}
