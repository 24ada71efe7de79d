package mneme.device;

/// Another program in everything that a subclass does not change.
public class WrappedProgram implements Program {
  private final Program program;

  public WrappedProgram(Program program) {
    this.program = program;
  }

  @Override
  public void run(Batch batch, DevicePool pool, Logits logits) {
    program.run(batch, pool, logits);
  }

  @Override
  public long weightBytes() {
    return program.weightBytes();
  }

  @Override
  public long scratchBytes() {
    return program.scratchBytes();
  }

  @Override
  public void close() {
    program.close();
  }
}
