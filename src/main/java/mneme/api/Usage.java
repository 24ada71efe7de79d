package mneme.api;

import mneme.engine.Event;

/// What a request has cost in tokens. A prompt counts once, however many choices it has.
final class Usage {
  private final int n;
  private int promptTokens;
  private int cachedTokens;
  private int generatedTokens;
  private int thoughtTokens;
  private String cacheNote = "";

  Usage(int n) {
    this.n = n;
  }

  void add(int choice, Event event) {
    boolean isFirst = choice % n == 0;
    if (event instanceof Event.Started started && isFirst) {
      note(started.cacheNote());
    }
    if (event instanceof Event.Finished finished) {
      generatedTokens += finished.statistics().generatedTokens();
      if (isFirst) {
        promptTokens += finished.statistics().promptTokens();
        cachedTokens += finished.statistics().cachedTokens();
      }
    }
  }

  /// Counts the tokens of a piece that is thought and not said.
  void think(Thoughts.Piece piece, int tokens) {
    if (!piece.thought().isEmpty() && piece.said().isEmpty()) {
      thoughtTokens += tokens;
    }
  }

  void note(String why) {
    cacheNote = why;
  }

  StringBuilder write(StringBuilder to) {
    to.append("{\"prompt_tokens\":").append(promptTokens);
    to.append(",\"completion_tokens\":").append(generatedTokens);
    to.append(",\"total_tokens\":").append(promptTokens + generatedTokens);
    to.append(",\"prompt_tokens_details\":{\"cached_tokens\":").append(cachedTokens);
    if (!cacheNote.isEmpty()) {
      Json.quote(cacheNote, to.append(",\"cache_note\":"));
    }
    to.append("},\"completion_tokens_details\":{\"reasoning_tokens\":");
    return to.append(thoughtTokens).append("}}");
  }
}
