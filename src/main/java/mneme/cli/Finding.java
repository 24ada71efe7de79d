package mneme.cli;

import java.util.Optional;

/// One thing that a check found.
///
/// @param remedy what to do about it; present only if something is wrong or could be better
record Finding(Grade grade, String subject, String found, Optional<String> remedy) {
  enum Grade {
    OK,
    NOTE,
    PROBLEM
  }

  static Finding ok(String subject, String found) {
    return new Finding(Grade.OK, subject, found, Optional.empty());
  }

  static Finding note(String subject, String found, String remedy) {
    return new Finding(Grade.NOTE, subject, found, Optional.of(remedy));
  }

  static Finding problem(String subject, String found, String remedy) {
    return new Finding(Grade.PROBLEM, subject, found, Optional.of(remedy));
  }
}
