package mneme.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import mneme.text.Tokenizer;

/// A token for each byte, and three for the marks of a chat.
final class ByteTokenizer implements Tokenizer {
  static final int BOS = 256;
  private static final List<String> MARKS = List.of("<s>", "<|im_start|>", "<|im_end|>");

  @Override
  public int[] encode(String text, boolean special) {
    List<Integer> ids = new ArrayList<>();
    if (special) {
      ids.add(BOS);
    }
    for (int at = 0; at < text.length(); ) {
      int mark = special ? markAt(text, at) : -1;
      if (mark >= 0) {
        ids.add(BOS + mark);
        at += MARKS.get(mark).length();
      } else {
        int point = text.codePointAt(at);
        for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
          ids.add(b & 0xFF);
        }
        at += Character.charCount(point);
      }
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int markAt(String text, int at) {
    for (int i = 0; i < MARKS.size(); i++) {
      if (text.startsWith(MARKS.get(i), at)) {
        return i;
      }
    }
    return -1;
  }

  String decode(int[] ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int id : ids) {
      out.writeBytes(bytes(id));
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] bytes(int id) {
    return id < BOS ? new byte[] {(byte) id} : MARKS.get(id - BOS).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isControl(int id) {
    return id >= BOS;
  }

  @Override
  public Set<Integer> endIds() {
    return Set.of(BOS + 2);
  }

  @Override
  public String bosText() {
    return "<s>";
  }

  @Override
  public String eosText() {
    return "<|im_end|>";
  }

  @Override
  public int vocabulary() {
    return BOS + MARKS.size();
  }
}
