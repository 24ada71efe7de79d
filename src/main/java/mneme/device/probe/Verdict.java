package mneme.device.probe;

/// What a trial found of a device. The words are for a person.
public sealed interface Verdict {
  String words();

  /// @param bytesPerSecond how fast it copies its own memory; 0 if that was not asked
  record Passed(String words, double bytesPerSecond) implements Verdict {}

  /// @param words what the trial did, or what it found
  /// @param isFinal whether another trial would find the same; else the machine may only have been
  ///   busy, or the device full
  record Failed(String words, boolean isFinal) implements Verdict {}

  /// There could be no trial.
  record Untried(String words) implements Verdict {}
}
