package mneme.store;

import java.util.Collection;

/// There is no model of that name; the message says what there is.
public class UnknownModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnknownModelException(String message) {
    super(message);
  }

  static UnknownModelException among(String wanted, Collection<String> known) {
    String guess =
        NearestName.of(wanted, known).map(name -> "; did you mean '" + name + "'?").orElse("");
    return new UnknownModelException(
        "model '%s' not found%s Known: %s"
            .formatted(wanted, guess.isEmpty() ? "." : guess, String.join(", ", known)));
  }
}
