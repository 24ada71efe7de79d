package mneme.device;

/// What a program takes of its device beside the pool.
///
/// @param weightBytes in the layout of the device
/// @param scratchBytes for activations of the largest step
public record ProgramSize(long weightBytes, long scratchBytes) {
  public long bytes() {
    return weightBytes + scratchBytes;
  }
}
