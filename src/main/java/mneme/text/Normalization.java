package mneme.text;

import java.text.Normalizer;
import java.util.function.UnaryOperator;

/// Unicode normalization that stays linear: marks are put in order within runs of bounded length,
/// because ordering a very long run takes quadratic time.
final class Normalization implements UnaryOperator<String> {
  private static final int LONGEST_RUN = 512;

  private final Normalizer.Form form;

  Normalization(Normalizer.Form form) {
    this.form = form;
  }

  @Override
  public String apply(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int start = 0;
    int run = 0;
    int at = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      run = Letters.letterOrMark(c) && !Letters.letter(c) ? run + 1 : 0;
      at += Character.charCount(c);
      if (run == LONGEST_RUN) {
        out.append(Normalizer.normalize(text.substring(start, at), form));
        start = at;
        run = 0;
      }
    }
    return out.append(Normalizer.normalize(text.substring(start), form)).toString();
  }
}
