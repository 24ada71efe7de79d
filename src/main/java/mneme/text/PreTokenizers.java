package mneme.text;

import java.util.List;
import java.util.function.IntPredicate;
import mneme.format.ModelFormatException;

/// The pre-tokenizers that model files name in `tokenizer.ggml.pre`. The rules are those of the
/// regular expressions in the tokenizers of the models' makers.
final class PreTokenizers {
  private static final IntPredicate OTHER =
      c -> !Letters.space(c) && !Letters.letter(c) && !Letters.number(c);
  private static final IntPredicate WORD_LEAD =
      c -> !Letters.newline(c) && !Letters.letter(c) && !Letters.number(c);
  private static final IntPredicate BLANK = c -> c == ' ';

  /// What else the name of a pre-tokenizer says about its tokenizer.
  ///
  /// @param ignoresMerges a word that is a token as a whole is taken as it is
  /// @param addsBos unless the file says otherwise
  record Choice(PreTokenizer words, boolean ignoresMerges, boolean addsBos) {}

  private PreTokenizers() {}

  /// @throws ModelFormatException if no rules are known under that name
  static Choice of(String name) {
    return switch (name) {
      case "llama3",
          "llama-v3",
          "llama-bpe",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2" ->
          new Choice(modern(Letters::letter, 3), true, true);
      case "tekken" -> new Choice(tekken(), true, true);
      case "minicpm5" ->
          new Choice(
              PreTokenizer.first(digits(3), modern(Letters::letter, Integer.MAX_VALUE)),
              true,
              false);
      default -> new Choice(words(name), false, false);
    };
  }

  private static PreTokenizer words(String name) {
    return switch (name) {
      case "gpt-2",
          "phi-2",
          "mpt",
          "olmo",
          "jais",
          "trillion",
          "granite-docling",
          "gigachat",
          "a.x-4.0",
          "mellum",
          "exaone4",
          "modern-bert",
          "jina-es",
          "jina-de",
          "jina-v2-es",
          "jina-v2-de" ->
          gpt2();
      case "starcoder",
          "refact",
          "command-r",
          "smollm",
          "codeshell",
          "exaone",
          "minerva-7b",
          "mellum2" ->
          PreTokenizer.first(digits(1), gpt2());
      case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe" -> modern(Letters::letter, 3);
      case "qwen2",
          "deepseek-r1-qwen",
          "kormo",
          "f2llmv2",
          "stablelm2",
          "hunyuan",
          "megrez",
          "solar-open",
          "grok-2" ->
          modern(Letters::letter, 1);
      case "qwen35" -> modern(Letters::letterOrMark, 1);
      case "seed-coder" -> seedCoder();
      case "ufakzeka" -> withoutContractions();
      case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2" -> gpt4o();
      case "kimi-k2" -> kimi();
      case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4" -> deepseek3();
      case "deepseek-llm" -> deepseekLlm();
      case "deepseek-coder" -> deepseekCoder();
      case "falcon" -> falcon();
      case "default" -> plain();
      case "poro-chat", "bloom", "gpt3-finnish" -> PreTokenizer.of(bloomWords());
      case "viking" -> PreTokenizer.first(bloomWords(), PreTokenizer.of(digits(1)));
      default ->
          throw new ModelFormatException(
              "key 'tokenizer.ggml.pre' names the pre-tokenizer '"
                  + name
                  + "', which is not known here; without its rules the model would be fed wrong"
                  + " tokens");
    };
  }

  static PreTokenizer gpt2() {
    return PreTokenizer.of(
        Rule.contraction(false),
        Rule.led(BLANK, Letters::letter),
        Rule.led(BLANK, Letters::number),
        Rule.led(BLANK, OTHER),
        Rule.spaces());
  }

  /// The rules of Llama 3 and Qwen 2, which differ in the longest run of digits.
  static PreTokenizer modern(IntPredicate letters, int mostDigits) {
    IntPredicate other = c -> OTHER.test(c) && !letters.test(c);
    return PreTokenizer.of(
        Rule.contraction(true),
        Rule.led(WORD_LEAD, letters),
        digits(mostDigits),
        Rule.led(BLANK, other).then(Letters::newline),
        Rule.lineEnds(),
        Rule.spaces());
  }

  private static PreTokenizer withoutContractions() {
    List<Rule> rules = modern(Letters::letter, 1).stages().getFirst();
    return new PreTokenizer(List.of(rules.subList(1, rules.size())));
  }

  private static PreTokenizer seedCoder() {
    return PreTokenizer.of(
        Rule.contraction(true),
        Rule.led(WORD_LEAD, Letters::letter),
        digits(1),
        Rule.led(BLANK, OTHER),
        Rule.lineEnds(),
        Rule.spaces());
  }

  private static PreTokenizer tekken() {
    return PreTokenizer.of(
        Rule.capitalized(WORD_LEAD, Letters::upperish, Letters::lowerish),
        digits(1),
        Rule.led(BLANK, OTHER).then(PreTokenizers::newlineOrSlash),
        Rule.lineEnds(),
        Rule.spaces());
  }

  static PreTokenizer gpt4o() {
    return PreTokenizer.of(
        Rule.capitalized(WORD_LEAD, Letters::upperish, Letters::lowerish)
            .then(Rule.contraction(true)),
        digits(3),
        Rule.led(BLANK, OTHER).then(PreTokenizers::newlineOrSlash),
        Rule.lineEnds(),
        Rule.spaces());
  }

  private static PreTokenizer kimi() {
    return PreTokenizer.of(
        Rule.run(Letters::han),
        Rule.capitalized(
                WORD_LEAD,
                c -> Letters.upperish(c) && !Letters.han(c),
                c -> Letters.lowerish(c) && !Letters.han(c))
            .then(Rule.contraction(true)),
        digits(3),
        Rule.led(BLANK, OTHER).then(Letters::newline),
        Rule.lineEnds(),
        Rule.spaces());
  }

  private static PreTokenizer deepseek3() {
    IntPredicate lead =
        c -> !Letters.newline(c) && !Letters.letter(c) && !Letters.punctuationOrSymbol(c);
    return PreTokenizer.first(
        digits(3),
        PreTokenizer.first(
            Rule.run(Letters::cjk),
            PreTokenizer.of(
                Rule.signAndWord(),
                Rule.led(lead, Letters::letterOrMark),
                Rule.led(BLANK, Letters::punctuationOrSymbol).then(Letters::newline),
                Rule.lineEnds(),
                Rule.spaces())));
  }

  private static PreTokenizer deepseekLlm() {
    // The letters of scripts with case; Georgian Mkhedruli gained case after these rules were made.
    IntPredicate cased = c -> Letters.cased(c) && !(c >= 0x10d0 && c <= 0x10ff);
    IntPredicate signs =
        c ->
            c >= '!' && c <= '/'
                || c >= ':' && c <= '~'
                || c >= 0xff01 && c <= 0xff0f
                || c >= 0xff1a && c <= 0xff5e
                || c >= 0x2018 && c <= 0x201f
                || c >= 0x3000 && c <= 0x3002;
    return new PreTokenizer(
        List.of(
            List.of(Rule.run(Letters::newline, 1)),
            List.of(Rule.led(Letters::space, cased)),
            List.of(Rule.led(Letters::space, signs)),
            List.of(Rule.spacesAtEnd()),
            List.of(Rule.run(PreTokenizers::asian)),
            List.of(digits(Integer.MAX_VALUE))));
  }

  private static PreTokenizer deepseekCoder() {
    return new PreTokenizer(
        List.of(
            List.of(Rule.run(Letters::newline, 1)),
            List.of(Rule.led(Letters::space, Letters::letter)),
            List.of(Rule.led(Letters::space, Letters::punctuation)),
            List.of(Rule.run(PreTokenizers::asian)),
            List.of(digits(1))));
  }

  private static PreTokenizer falcon() {
    return new PreTokenizer(
        List.of(
            List.of(Rule.run(c -> Letters.punctuation(c) || "$+<=>^~|`".indexOf(c) >= 0)),
            gpt2().stages().getFirst(),
            List.of(threeDigits())));
  }

  private static PreTokenizer plain() {
    return new PreTokenizer(
        List.of(
            List.of(Rule.run(c -> Letters.punctuation(c) || "$+<=>^~|".indexOf(c) >= 0)),
            gpt2().stages().getFirst(),
            List.of(digits(Integer.MAX_VALUE)),
            List.of(threeDigits())));
  }

  private static Rule bloomWords() {
    return Rule.led(
        BLANK,
        c ->
            !Letters.space(c)
                && "(|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)".indexOf(c) < 0);
  }

  private static Rule digits(int most) {
    return most == Integer.MAX_VALUE ? Rule.run(Letters::number) : Rule.run(Letters::number, most);
  }

  private static Rule threeDigits() {
    return (text, from, to) -> {
      int end = Rule.skip(text, from, Math.min(to, from + 3), c -> c >= '0' && c <= '9');
      return end == from + 3 ? end : from;
    };
  }

  private static boolean newlineOrSlash(int c) {
    return Letters.newline(c) || c == '/';
  }

  private static boolean asian(int c) {
    return c >= 0x0800 && c <= 0x9fa5 || c >= 0xac00 && c <= 0xd7ff;
  }
}
