package mneme;

import mneme.cli.CommandLines;

/// The front door.
public final class Mneme {
  private Mneme() {}

  /// @param args a command and its options; see `mneme --help`
  public static void main(String[] args) {
    int status = CommandLines.run(args);
    if (status != 0) {
      System.exit(status);
    }
  }
}
