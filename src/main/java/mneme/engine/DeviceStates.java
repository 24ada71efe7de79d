package mneme.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/// What the workers of a node say of their devices.
final class DeviceStates {
  private final Map<String, Snapshot.Device> states = new LinkedHashMap<>();

  DeviceStates(Collection<String> devices) {
    devices.forEach(device ->
        states.put(device, new Snapshot.Device(device, 0, OptionalLong.empty(), Optional.empty())));
  }

  void opened(String device, long freeBytes) {
    Snapshot.Device before = Objects.requireNonNull(states.get(device));
    states.put(
        device, new Snapshot.Device(device, freeBytes, before.allocatedBytes(), Optional.empty()));
  }

  void failed(String device, String why) {
    states.put(device, new Snapshot.Device(device, 0, OptionalLong.empty(), Optional.of(why)));
  }

  /// @param bytes that everything of ours takes there now
  void holds(String device, long bytes) {
    states.computeIfPresent(
        device,
        (_, state) ->
            new Snapshot.Device(
                device, state.freeBytes(), OptionalLong.of(bytes), state.because()));
  }

  List<Snapshot.Device> all() {
    return new ArrayList<>(states.values());
  }

  /// Why each device that failed is not used, as the end of a sentence; empty if none has.
  String faults() {
    return states.values().stream()
        .flatMap(state -> state.because().stream().map(why -> state.device() + ": " + why))
        .collect(Collectors.joining("; "));
  }
}
