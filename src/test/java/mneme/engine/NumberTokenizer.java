package mneme.engine;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import mneme.text.Tokenizer;

/// Token `n` is written `n` and a space.
record NumberTokenizer(int vocabulary, Set<Integer> endIds) implements Tokenizer {
  @Override
  public int[] encode(String text, boolean special) {
    return text.isBlank()
        ? new int[0]
        : java.util.Arrays.stream(text.trim().split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @Override
  public byte[] bytes(int id) {
    return (id + " ").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isControl(int id) {
    return false;
  }

  @Override
  public String bosText() {
    return "";
  }

  @Override
  public String eosText() {
    return "";
  }
}
