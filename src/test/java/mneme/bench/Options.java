package mneme.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mneme.device.DeviceInfo;
import mneme.device.Devices;
import mneme.format.Encoding;
import mneme.model.RealShapes;

/// What to measure.
///
/// @param seconds that all of it may take together
/// @param devices ids, as discovery gives them
record Options(
    double seconds,
    List<String> devices,
    List<RealShapes> shapes,
    List<Encoding> encodings,
    List<Integer> sequences,
    List<Integer> prompts) {
  /// The smallest share of a row that is worth looking at.
  static final double LEAST_SECONDS = 0.05;

  /// From words such as `seconds=300`, `devices=opencl:0,host`, `shapes=LLAMA_1B`, `types=Q8_0`,
  /// `sequences=1,16`, `prompts=512`.
  static Options of(String[] words) {
    Map<String, String> given =
        Arrays.stream(words)
            .map(word -> word.split("=", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    return new Options(
        Double.parseDouble(given.getOrDefault("seconds", "300")),
        given.containsKey("devices") ? list(given, "devices", "").toList() : found(),
        list(given, "shapes", "LLAMA_8B,LLAMA_1B,FALCON_H1_500M").map(RealShapes::valueOf).toList(),
        list(given, "types", "Q8_0,Q4_K").map(Encoding::valueOf).toList(),
        list(given, "sequences", "1,16,64,256").map(Integer::parseInt).toList(),
        list(given, "prompts", "512,2048").map(Integer::parseInt).toList());
  }

  private static Stream<String> list(Map<String, String> given, String name, String usual) {
    return Arrays.stream(given.getOrDefault(name, usual).split(","));
  }

  /// Graphics devices first, as they are what one wants to know of; where one has memory of its own
  /// only those that have: the others are this machine's processor once more. The host last.
  private static List<String> found() {
    List<DeviceInfo> graphics =
        Devices.discover().stream()
            .filter(device -> device.kind() != DeviceInfo.Kind.HOST && device.totalBytes() > 0)
            .toList();
    boolean hasOwnMemory = graphics.stream().anyMatch(device -> !device.unified());
    Stream<String> ids =
        graphics.stream().filter(device -> !hasOwnMemory || !device.unified()).map(DeviceInfo::id);
    return Stream.concat(ids, Stream.of("host")).toList();
  }
}
