package mneme.device;

/// The oracle keeps the contract that it is the measure of, but for the comparison with itself.
class ReferenceOpTest extends OpContract {
  @Override
  protected Device open() {
    return new ReferenceDevice();
  }
}
