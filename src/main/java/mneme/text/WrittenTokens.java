package mneme.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Finds tokens that are written out in a text, such as `<|im_end|>`: the leftmost first, the
/// longest of those that begin at one place.
final class WrittenTokens {
  private final Node root = new Node();

  /// How a written token treats the blanks beside it.
  enum Blanks {
    KEPT,
    /// Those after it are taken away.
    EATEN_AFTER,
    EATEN_BEFORE,
    EATEN_AROUND;

    boolean before() {
      return this == EATEN_BEFORE || this == EATEN_AROUND;
    }

    boolean after() {
      return this == EATEN_AFTER || this == EATEN_AROUND;
    }
  }

  /// A stretch of text, or a token.
  sealed interface Part {}

  record Text(String text) implements Part {}

  record Token(int id) implements Part {}

  private static final class Node {
    private final Map<Character, Node> next = new HashMap<>();
    private int id = -1;
    private boolean control;
    private Blanks blanks = Blanks.KEPT;
  }

  /// @param control whether the token is found only where control tokens are asked for
  void add(String text, int id, boolean control, Blanks blanks) {
    if (text.isEmpty()) {
      return;
    }
    Node node = root;
    for (int i = 0; i < text.length(); i++) {
      node = node.next.computeIfAbsent(text.charAt(i), _ -> new Node());
    }
    node.id = id;
    node.control = control;
    node.blanks = blanks;
  }

  /// The parts of `text` in order; texts among them are not empty.
  List<Part> split(String text, boolean withControl) {
    List<Part> parts = new ArrayList<>();
    int left = 0;
    int at = 0;
    while (at < text.length()) {
      int end = at;
      Node found = null;
      Node node = root.next.get(text.charAt(at));
      for (int i = at + 1; node != null; i++) {
        if (node.id >= 0 && (withControl || !node.control)) {
          found = node;
          end = i;
        }
        node = i < text.length() ? node.next.get(text.charAt(i)) : null;
      }
      if (found == null) {
        at++;
        continue;
      }
      addText(parts, text, left, found.blanks.before() ? beforeBlanks(text, left, at) : at);
      parts.add(new Token(found.id));
      left = found.blanks.after() ? afterBlanks(text, end) : end;
      at = left;
    }
    addText(parts, text, left, text.length());
    return parts;
  }

  private static void addText(List<Part> parts, String text, int from, int to) {
    if (from < to) {
      parts.add(new Text(text.substring(from, to)));
    }
  }

  private static int beforeBlanks(String text, int from, int to) {
    int end = to;
    while (end > from && Letters.space(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  private static int afterBlanks(String text, int from) {
    int start = from;
    while (start < text.length() && Letters.space(text.charAt(start))) {
      start++;
    }
    return start;
  }
}
