package mneme.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import mneme.format.ModelFormatException;

/// The regular expressions that tokenizers cut text with, as hand-written rules: an expression is
/// taken apart at its top level, and each alternative must be one that is known.
final class Patterns {
  private static final IntPredicate BLANK = c -> c == ' ';
  private static final IntPredicate OTHER =
      c -> !Letters.space(c) && !Letters.letter(c) && !Letters.number(c);
  private static final IntPredicate LEAD =
      c -> !Letters.newline(c) && !Letters.letter(c) && !Letters.number(c);
  private static final IntPredicate SIGN_LEAD =
      c -> !Letters.newline(c) && !Letters.letter(c) && !Letters.punctuationOrSymbol(c);
  private static final String ENDINGS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String LEADS = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final Rule ENDING_LOWER =
      Rule.endingLower(LEAD, Letters::upperish, Letters::lowerish);
  private static final Rule STARTING_UPPER =
      Rule.startingUpper(LEAD, Letters::upperish, Letters::lowerish);

  private static final Map<String, Rule> KNOWN =
      Map.ofEntries(
          Map.entry(ENDINGS, Rule.contraction(true)),
          Map.entry("'(?i:[sdmt]|ll|ve|re)", Rule.contraction(true)),
          Map.entry("'s|'t|'re|'ve|'m|'ll|'d", Rule.contraction(false)),
          Map.entry(LEADS + "\\p{L}+", Rule.led(LEAD, Letters::letter)),
          Map.entry(LEADS + "[\\p{L}\\p{M}]+", Rule.led(LEAD, Letters::letterOrMark)),
          Map.entry(LEADS + UPPER + "*" + LOWER + "+", ENDING_LOWER),
          Map.entry(LEADS + UPPER + "+" + LOWER + "*", STARTING_UPPER),
          Map.entry(
              LEADS + UPPER + "*" + LOWER + "+" + ENDINGS + "?",
              ENDING_LOWER.then(Rule.contraction(true))),
          Map.entry(
              LEADS + UPPER + "+" + LOWER + "*" + ENDINGS + "?",
              STARTING_UPPER.then(Rule.contraction(true))),
          Map.entry(
              "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+",
              Rule.led(SIGN_LEAD, Letters::letterOrMark)),
          Map.entry("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+", Rule.signAndWord()),
          Map.entry(
              " ?[\\p{P}\\p{S}]+[\\r\\n]*",
              Rule.led(BLANK, Letters::punctuationOrSymbol).then(Letters::newline)),
          Map.entry("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", Rule.run(Letters::cjk)),
          Map.entry(" ?\\p{L}+", Rule.led(BLANK, Letters::letter)),
          Map.entry(" ?\\p{N}+", Rule.led(BLANK, Letters::number)),
          Map.entry(" ?[^\\s\\p{L}\\p{N}]+", Rule.led(BLANK, OTHER)),
          Map.entry(
              " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*", Rule.led(BLANK, OTHER).then(Letters::newline)),
          Map.entry(
              " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
              Rule.led(BLANK, OTHER).then(c -> Letters.newline(c) || c == '/')),
          Map.entry(
              " ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*",
              Rule.led(BLANK, c -> OTHER.test(c) && !Letters.letterOrMark(c))
                  .then(Letters::newline)),
          Map.entry("\\p{N}", Rule.run(Letters::number, 1)),
          Map.entry("\\p{N}{1}", Rule.run(Letters::number, 1)),
          Map.entry("\\p{N}{1,3}", Rule.run(Letters::number, 3)),
          Map.entry("\\p{N}+", Rule.run(Letters::number)),
          Map.entry("[\\r\\n]", Rule.run(Letters::newline, 1)),
          Map.entry("\\s*[\\r\\n]+", Rule.lineEnds()),
          Map.entry("\\s+(?!\\S)", Rule.spacesBeforeWord()),
          Map.entry("\\s+", Rule.run(Letters::space)));

  private Patterns() {}

  /// The rules of an expression, one for each alternative.
  ///
  /// @throws ModelFormatException if one of the alternatives is not known
  static List<Rule> rules(String expression) {
    String plain =
        expression
            .replace("\r", "\\r")
            .replace("\n", "\\n")
            .replace("?+", "?")
            .replace("++", "+")
            .replace("'s|'t|'re|'ve|'m|'ll|'d| ", "(c)| ");
    List<Rule> rules = new ArrayList<>();
    for (String alternative : alternatives(plain)) {
      Rule rule = KNOWN.get(alternative.replace("(c)", "'s|'t|'re|'ve|'m|'ll|'d"));
      if (rule == null) {
        throw new ModelFormatException(
            "the tokenizer cuts text with the expression '"
                + expression
                + "', whose alternative '"
                + alternative
                + "' is not known here");
      }
      rules.add(rule);
    }
    return rules;
  }

  private static List<String> alternatives(String expression) {
    List<String> parts = new ArrayList<>();
    int groups = 0;
    boolean inClass = false;
    int start = 0;
    for (int i = 0; i < expression.length(); i++) {
      char c = expression.charAt(i);
      if (c == '\\') {
        i++;
      } else if (inClass) {
        inClass = c != ']';
      } else if (c == '[') {
        inClass = true;
      } else if (c == '(' || c == ')') {
        groups += c == '(' ? 1 : -1;
      } else if (c == '|' && groups == 0) {
        parts.add(expression.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(expression.substring(start));
    return parts;
  }
}
