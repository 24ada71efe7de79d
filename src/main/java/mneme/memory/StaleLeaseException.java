package mneme.memory;

/// A lease was used after its end. Nothing was read or changed.
public final class StaleLeaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StaleLeaseException(Lease lease) {
    super(
        "lease %d of owner %d (slot %d) has ended; open a new one"
            .formatted(lease.epoch(), lease.owner(), lease.slot()));
  }
}
