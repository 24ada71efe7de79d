package mneme.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.Devices;
import mneme.device.MatrixUnits;
import mneme.device.host.HostDevice;
import mneme.device.none.NullDevice;
import mneme.device.probe.Notes;
import mneme.device.probe.Trials;

/// The devices that the configuration names, in the order in which models are put on them.
public final class DeviceChoice {
  private static final String KEY = "mneme.engine.devices";

  /// The name of one device alone, from before there could be several.
  private static final String OLD_KEY = "mneme.engine.device";

  private static final String AUTO = "auto";

  /// One device to use.
  ///
  /// @param id as in [DeviceInfo#id]
  /// @param mostBytes of it that may be used for weights, scratch and pool together; 0: all that is
  ///   free
  /// @param byAuto whether nobody named it: `auto` stands for it and for others, and its speed says
  ///   where among them
  record Wish(String id, long mostBytes, boolean byAuto) {
    Wish(String id, long mostBytes) {
      this(id, mostBytes, false);
    }
  }

  private DeviceChoice() {}

  /// Ids of the devices that `config` uses. Those of graphics devices are not checked to exist.
  ///
  /// @throws EngineException if the setting cannot be understood
  public static List<String> ids(Config config) {
    return wishes(config).stream().map(Wish::id).toList();
  }

  /// @throws EngineException if the setting cannot be understood
  static List<Wish> wishes(Config config) {
    ConfigValue value = config.getValue(config.hasPath(OLD_KEY) ? OLD_KEY : KEY);
    List<Wish> wishes =
        entries(value.unwrapped())
            .map(DeviceChoice::wish)
            .flatMap(DeviceChoice::spelledOut)
            .toList();
    List<String> ids = wishes.stream().map(Wish::id).toList();
    if (ids.isEmpty() || ids.stream().distinct().count() < ids.size()) {
      throw wrong("%s is %s; it names at least one device, and none twice".formatted(KEY, ids));
    }
    return wishes;
  }

  private static Stream<?> entries(Object value) {
    return value instanceof List<?> list ? list.stream() : Stream.of(value.toString().split(","));
  }

  /// An entry is `id`, `id=bytes` or an object with both.
  private static Wish wish(Object entry) {
    if (entry instanceof Map<?, ?> map && map.get("id") != null) {
      Object bytes = map.get("bytes");
      return new Wish(map.get("id").toString(), bytes == null ? 0 : bytes(bytes));
    }
    String[] parts = entry.toString().strip().split("=", 2);
    return new Wish(parts[0].strip(), parts.length == 1 ? 0 : bytes(parts[1].strip()));
  }

  private static long bytes(Object text) {
    try {
      return ConfigValueFactory.fromAnyRef(text).atKey("bytes").getBytes("bytes");
    } catch (ConfigException e) {
      throw wrong("%s names '%s', which is no number of bytes".formatted(KEY, text));
    }
  }

  private static Stream<Wish> spelledOut(Wish wish) {
    if (!wish.id().equals(AUTO)) {
      return Stream.of(wish);
    }
    List<String> ids = Devices.computing();
    return ids.stream().map(id -> new Wish(id, wish.mostBytes(), ids.size() > 1));
  }

  /// Whether a device is to be tried before it is used.
  public static boolean wantsTrials(Config config) {
    return config.getBoolean("mneme.engine.device-trial");
  }

  /// @param notes where verdicts are kept
  public static Trials trials(Config config, Notes notes) {
    return new Trials(
        notes, config.getDuration("mneme.engine.device-trial-patience"), matrixUnits(config));
  }

  static MatrixUnits matrixUnits(Config config) {
    return config.getEnum(MatrixUnits.class, "mneme.engine.matrix-units");
  }

  /// How to open a device, again and again; asking opens nothing.
  ///
  /// @param threads that compute on the host; 0: one for each processor
  /// @param units whether matrix units of graphics devices are used
  /// @throws EngineException if this machine has no such device, naming those it has
  public static Supplier<Device> opening(String id, int threads, MatrixUnits units) {
    return switch (id) {
      case "host" ->
          () ->
              HostDevice.warming(
                  threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
      case "none" -> NullDevice::new;
      case String opencl when opencl.startsWith("opencl:") && isKnown(opencl) ->
          () -> Devices.open(opencl, units);
      case String vulkan when vulkan.startsWith("vulkan:") && isKnown(vulkan) ->
          () -> Devices.open(vulkan, units);
      default -> throw wrong("there is no device '%s'; %s can name %s".formatted(id, KEY, known()));
    };
  }

  private static boolean isKnown(String id) {
    return known().contains(id);
  }

  private static List<String> known() {
    List<String> ids = new ArrayList<>(List.of("host", "none"));
    Devices.discover().stream()
        .filter(device -> !ids.contains(device.id()) && device.totalBytes() > 0)
        .forEach(device -> ids.add(device.id()));
    return ids;
  }

  private static EngineException wrong(String message) {
    return new EngineException(Event.Failure.BAD_REQUEST, message);
  }
}
