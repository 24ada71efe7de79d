package mneme.text;

import java.nio.charset.StandardCharsets;

/// Takes the longest token at each place of a text's bytes (RWKV World).
final class WorldSegmenter implements Segmenter {
  private final PairTable nodes = new PairTable(1 << 16);
  private final int[] ids;
  private final int unknown;

  /// @param bytes what each token stands for
  /// @param unknown the id of a byte that no token begins with
  WorldSegmenter(byte[][] bytes, int unknown) {
    this.unknown = unknown;
    int[] found = new int[1 + count(bytes)];
    java.util.Arrays.fill(found, -1);
    int next = 1;
    for (int id = 0; id < bytes.length; id++) {
      int node = 0;
      for (byte b : bytes[id]) {
        int child = nodes.get(node, b & 0xff);
        if (child < 0) {
          child = next++;
          nodes.putIfAbsent(node, b & 0xff, child);
        }
        node = child;
      }
      if (node != 0 && found[node] < 0) {
        found[node] = id;
      }
    }
    this.ids = found;
  }

  private static int count(byte[][] bytes) {
    int total = 0;
    for (byte[] token : bytes) {
      total = Math.addExact(total, token.length);
    }
    return total;
  }

  @Override
  public void segment(String text, boolean first, IdList out) {
    byte[] bytes =
        new String(Utf8.codePoints(text), 0, text.codePointCount(0, text.length()))
            .getBytes(StandardCharsets.UTF_8);
    int at = 0;
    while (at < bytes.length) {
      int id = -1;
      int end = at + 1;
      int node = nodes.get(0, bytes[at] & 0xff);
      for (int i = at + 1; node >= 0; i++) {
        if (ids[node] >= 0) {
          id = ids[node];
          end = i;
        }
        node = i < bytes.length ? nodes.get(node, bytes[i] & 0xff) : -1;
      }
      out.add(id < 0 ? unknown : id);
      at = end;
    }
  }
}
