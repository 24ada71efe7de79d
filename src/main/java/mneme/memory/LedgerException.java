package mneme.memory;

/// The ledger's books do not add up, or it was used against its contract. What it says about memory
/// can no longer be trusted; the message is the full account.
public final class LedgerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LedgerException(String account) {
    super(account);
  }
}
