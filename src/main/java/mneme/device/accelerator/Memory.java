package mneme.device.accelerator;

/// Bytes of a device.
public interface Memory {
  long bytes();

  /// Gives them back, once everything has finished that was asked for before.
  void release();
}
