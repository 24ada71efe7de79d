package mneme.device;

/// A graph made ready on a device, weights uploaded.
public interface Program extends AutoCloseable {
  /// Runs one step over a ragged batch and fills `logits` with one row for each wanted output, in
  /// batch order. Keys, values and states are written to the spans' memory in `pool`, and of that
  /// memory only what the graph's own ops need is asked for.
  ///
  /// A graph that is a part and ends in a row for every token gives whole rows of its width; every
  /// span of `batch` must want all its outputs.
  ///
  /// @throws IllegalArgumentException if the batch has not the rows that the graph begins with, or
  ///   wants too few outputs
  /// @throws DeviceException if the device failed; memory of the spans is then undefined
  void run(Batch batch, DevicePool pool, Logits logits);

  /// Bytes of the weights that it uses, those among them that other programs use too.
  long weightBytes();

  /// Bytes held on the device for activations, at the largest step so far.
  long scratchBytes();

  @Override
  void close();
}
