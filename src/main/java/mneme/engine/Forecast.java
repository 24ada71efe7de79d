package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the devices of a node can serve of one model, before or after it is loaded: the arithmetic
/// by which its sequences are admitted. All sizes in bytes.
///
/// @param isLoaded whether the model is in use now
public record Forecast(String model, boolean isLoaded, Layout layout, List<OnDevice> devices) {
  public Forecast {
    devices = List.copyOf(devices);
  }

  /// With the devices that hold the model together.
  Forecast with(OnDevice split) {
    List<OnDevice> all = new ArrayList<>(devices);
    all.add(split);
    return new Forecast(model, isLoaded, layout, all);
  }

  /// What a sequence of the model is made of.
  ///
  /// @param contextTokens longest sequence that is served
  /// @param stateBytes of one sequence, and of one saved copy
  public record Layout(int contextTokens, int pageTokens, List<Group> groups, long stateBytes) {
    public Layout {
      groups = List.copyOf(groups);
    }
  }

  /// Layers whose keys and values share pages.
  ///
  /// @param windowTokens 0 keeps all
  public record Group(long pageBytes, int layers, int windowTokens) {}

  /// @param because why the device cannot hold the model; then there are no lengths
  /// @param asked what was asked for
  public record OnDevice(
      String device,
      String name,
      Bytes bytes,
      List<Length> lengths,
      Optional<Crowd> asked,
      Optional<String> because) {
    public OnDevice {
      lengths = List.copyOf(lengths);
    }

    static OnDevice unusable(String device, String why) {
      Bytes nothing = new Bytes(0, 0, 0, 0, 0, 0, 0);
      return new OnDevice(device, device, nothing, List.of(), Optional.empty(), Optional.of(why));
    }
  }

  /// @param freeBytes of the device now
  /// @param scratchBytes for the activations of the largest step
  /// @param poolBytes that its pool has, or would be opened with
  /// @param checkpointBytes of the pool that saved states may take
  public record Bytes(
      long freeBytes,
      long weightBytes,
      long scratchBytes,
      long poolBytes,
      long checkpointBytes,
      int slabs,
      long slabBytes) {}

  /// Sequences of one length.
  ///
  /// @param pageBytes of each group
  /// @param peakBytes most that one holds on the way there
  /// @param sequences how many fit at once; [Long#MAX_VALUE] if they take nothing
  public record Length(
      int tokens, List<Long> pageBytes, long stateBytes, long peakBytes, long sequences) {
    public Length {
      pageBytes = List.copyOf(pageBytes);
    }

    public long bytes() {
      return stateBytes + pageBytes.stream().mapToLong(Long::longValue).sum();
    }
  }

  /// So many sequences at once, each at its peak.
  ///
  /// @param slabs of the pool that they fill
  public record Crowd(
      int users, int tokens, long pageBytes, long stateBytes, long slabs, boolean fits) {
    public long bytes() {
      return pageBytes + stateBytes;
    }
  }
}
