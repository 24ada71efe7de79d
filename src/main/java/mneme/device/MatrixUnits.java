package mneme.device;

/// Whether products of a program in [Numerics#QUANTIZED] go to a device's matrix units, where it
/// has them. `AUTO`: not on a processor that emulates them.
public enum MatrixUnits {
  AUTO,
  ON,
  OFF
}
