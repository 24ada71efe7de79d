package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import mneme.device.host.HostDevice;
import mneme.format.Encoding;
import mneme.format.ModelFiles;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import mneme.memory.Usage;
import mneme.model.Architectures;
import mneme.text.Sampling;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a chat costs from its second turn on, with real recurrent and hybrid models on the host:
/// the tokens that the device reads are counted, and every answer is the one of a cold start.
class PrefixReuseTest {
  /// Ids that every golden model has, and that end no stream unless a test says so.
  private static final int IDS = 200;

  private static final int REPLY_TOKENS = 40;

  /// What one request came to.
  ///
  /// @param read tokens that the device read for it
  private record Turn(
      List<Event.Token> reply, Event.Statistics statistics, String note, long read) {
    List<Integer> ids() {
      return reply.stream().map(Event.Token::id).toList();
    }
  }

  /// One model on a node of its own.
  private static final class Chat implements AutoCloseable {
    private final AtomicLong read = new AtomicLong();
    private final String model;
    private final TestNode node;

    Chat(String model, Set<Integer> endIds, String settings) {
      this.model = model;
      GoldenModels.path(model);
      node =
          new TestNode(
              "mneme.engine { step { chunk-tokens = 64, tokens = 256 } }\n" + settings,
              Map.of("host", () -> new CountingDevice(new HostDevice(2), read)),
              found -> new GoldenModels(found, endIds));
    }

    Completion completion(Tokens prompt, List<String> stops) {
      return completion(prompt, stops, REPLY_TOKENS);
    }

    Completion completion(Tokens prompt, List<String> stops, int maxTokens) {
      return new Completion(
          model,
          prompt,
          Sampling.defaults(7),
          Optional.of(maxTokens),
          stops,
          Optional.of(2),
          "tenant");
    }

    Turn say(Tokens prompt) throws Exception {
      return say(completion(prompt, List.of()));
    }

    Turn say(Completion completion) throws Exception {
      long before = read.get();
      List<Event> events = node.run(completion);
      assertThat(node.audit()).isEmpty();
      awaitLastStep();
      List<Event.Token> reply = new ArrayList<>();
      events.forEach(e -> reply.addAll(e instanceof Event.Text text ? text.tokens() : List.of()));
      return new Turn(
          reply,
          ((Event.Finished) events.getLast()).statistics(),
          ((Event.Started) events.getFirst()).cacheNote(),
          read.get() - before);
    }

    /// A step may still be under way when a stop text has ended the stream; the engine counts it
    /// when it has ended.
    private void awaitLastStep() throws Exception {
      for (int i = 0; i < 1000 && counted() != read.get(); i++) {
        Thread.sleep(5);
      }
      assertThat(counted()).as("the engine's own count").isEqualTo(read.get());
    }

    /// Waits for a reader's leaving to be felt.
    Turn sayWhenIdle(Tokens prompt) throws Exception {
      while (TestNode.get(node.engine.snapshot()).models().getFirst().running() > 0
          || counted() != read.get()) {
        Thread.sleep(5);
      }
      return say(prompt);
    }

    Usage usage() throws Exception {
      return node.books().usage();
    }

    private long counted() throws Exception {
      return TestNode.get(node.engine.snapshot()).models().stream()
          .mapToLong(load -> load.prefillTokens() + load.decodeTokens())
          .sum();
    }

    @Override
    public void close() throws Exception {
      node.close();
    }
  }

  static Tokens text(int seed, int length) {
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = 3 + Math.floorMod((seed * 7919 + i) * 31 + i / 3 * 17, IDS - 3);
    }
    return Tokens.of(ids);
  }

  private static Tokens after(Tokens prompt, Turn turn, Tokens more) {
    return prompt
        .plus(Tokens.of(turn.ids().stream().mapToInt(Integer::intValue).toArray()))
        .plus(more);
  }

  private static Turn cold(String model, Set<Integer> endIds, Tokens prompt) throws Exception {
    try (Chat fresh = new Chat(model, endIds, "")) {
      return fresh.say(prompt);
    }
  }

  /// The last token of a reply that ended by its length was drawn and never read, so it is new; the
  /// last token of the next reply is not read either.
  @ParameterizedTest
  @ValueSource(strings = {"mamba2", "rwkv7", "qwen35", "lfm2", "recurrent_gemma"})
  void theSecondTurnReadsOnlyWhatIsNew(String model) throws Exception {
    try (Chat chat = new Chat(model, Set.of(), "")) {
      Tokens first = text(1, 1937);
      Turn one = chat.say(first);
      assertThat(one.read()).isEqualTo(first.length() + REPLY_TOKENS - 1);
      Tokens second = after(first, one, text(2, 63));
      Turn two = chat.say(second);
      assertThat(two.statistics().cachedTokens())
          .as(two.note())
          .isEqualTo(first.length() + REPLY_TOKENS - 1);
      assertThat(two.read()).isEqualTo(1 + 63 + REPLY_TOKENS - 1);
      assertThat(two.note()).isEqualTo("nothing is known after token " + (1937 + REPLY_TOKENS - 1));
      assertThat(two.reply()).isEqualTo(cold(model, Set.of(), second).reply());
    }
  }

  /// When the model ends its reply itself, all of the reply was read.
  @ParameterizedTest
  @ValueSource(strings = {"mamba2", "rwkv7", "qwen35", "lfm2", "recurrent_gemma"})
  void aReplyThatTheModelEndedIsKeptToItsLastToken(String model) throws Exception {
    Tokens first = text(1, 300);
    List<Integer> free = cold(model, Set.of(), first).ids();
    int length = 10;
    while (free.indexOf(free.get(length)) < length) {
      length++;
    }
    Set<Integer> endIds = Set.of(free.get(length));
    try (Chat chat = new Chat(model, endIds, "")) {
      Turn one = chat.say(first);
      assertThat(one.ids()).isEqualTo(free.subList(0, length));
      Tokens second = after(first, one, text(2, 63));
      Turn two = chat.say(second);
      assertThat(two.statistics().cachedTokens()).as(two.note()).isEqualTo(300 + length);
      assertThat(two.reply()).isEqualTo(cold(model, endIds, second).reply());
    }
  }

  private static final int GAP = 64 * Places.CELLS_BETWEEN_CHECKPOINTS;

  /// A message is edited at 90 % of the history: what was said before it costs at most one gap, and
  /// nothing at all once a text has parted there before. The golden RecurrentGemma has a window of
  /// 16 tokens; with chunks longer than a window its pages leave before anyone else knows of them.
  @ParameterizedTest
  @CsvSource({"mamba2, 64", "rwkv7, 64", "qwen35, 64", "lfm2, 64", "recurrent_gemma, 8"})
  void anEditCostsItsTailAndAtMostOneGap(String model, int chunkTokens) throws Exception {
    int gap = chunkTokens * Places.CELLS_BETWEEN_CHECKPOINTS;
    String settings = "mneme.engine.step.chunk-tokens = " + chunkTokens;
    try (Chat chat = new Chat(model, Set.of(), settings)) {
      Tokens first = text(1, 1937);
      Tokens history = after(first, chat.say(first), text(2, 23));
      chat.say(history);
      Tokens edited = history.slice(0, 1800).plus(text(9, 150));
      Turn edit = chat.say(edited);
      assertThat(edit.note())
          .isEqualTo(
              "1800 tokens are known; the last state saved among them is after token "
                  + 1800 / gap * gap);
      assertThat(edit.read() - (REPLY_TOKENS - 1)).isEqualTo(150 + 1800 % gap);
      assertThat(edit.reply()).isEqualTo(cold(model, Set.of(), edited).reply());
      Tokens again = history.slice(0, 1800).plus(text(11, 150));
      Turn third = chat.say(again);
      assertThat(third.note()).isEqualTo("what is known differs at token 1800");
      assertThat(third.read() - (REPLY_TOKENS - 1)).isEqualTo(150);
      assertThat(third.reply()).isEqualTo(cold(model, Set.of(), again).reply());
    }
  }

  /// Messages are closed by an end id; states are kept where they end, wherever that is in a cell.
  @ParameterizedTest
  @ValueSource(strings = {"mamba2", "recurrent_gemma"})
  void aMessageSaidAnewCostsItself(String model) throws Exception {
    try (Chat chat = new Chat(model, Set.of(2), "")) {
      Tokens end = Tokens.of(2);
      Tokens rules = text(1, 100).plus(end);
      Tokens prompt = rules.plus(text(2, 80)).plus(end).plus(text(3, 3));
      chat.say(prompt);
      Turn again = chat.say(prompt);
      assertThat(again.statistics().cachedTokens()).as(again.note()).isEqualTo(182);
      Tokens other = rules.plus(text(4, 90)).plus(end).plus(text(3, 3));
      Turn anew = chat.say(other);
      assertThat(anew.statistics().cachedTokens()).as(anew.note()).isEqualTo(101);
      assertThat(anew.reply()).isEqualTo(cold(model, Set.of(2), other).reply());
    }
  }

  /// A stop text ends the stream behind what was kept: the states have gone on past it.
  @ParameterizedTest
  @ValueSource(strings = {"rwkv7", "lfm2"})
  void aReplyCutByAStopTextCostsAtMostOneGap(String model) throws Exception {
    Tokens first = text(1, 300);
    List<Integer> free = cold(model, Set.of(), first).ids();
    try (Chat chat = new Chat(model, Set.of(), "")) {
      String stop = " %d %d ".formatted(free.get(20), free.get(21));
      Turn one = chat.say(chat.completion(first, List.of(stop)));
      Tokens second = after(first, one, text(2, 30));
      Turn two = chat.say(second);
      assertThat(two.statistics().cachedTokens()).as(two.note()).isBetween(256, 300 + 20);
      assertThat(two.reply()).isEqualTo(cold(model, Set.of(), second).reply());
    }
  }

  /// States are saved while a reply is drawn, and serve others while it still goes on.
  @ParameterizedTest
  @ValueSource(strings = {"mamba2", "qwen35"})
  void aRunningReplyServesOthersAndOutlivesItsReader(String model) throws Exception {
    try (Chat chat = new Chat(model, Set.of(), "")) {
      Tokens prompt = text(1, 200);
      Completion endless = chat.completion(prompt, List.of(), 2000);
      List<Integer> ids = new ArrayList<>();
      var running =
          chat.node.engine.generate(endless).runWith(Sink.<Event>queue(), chat.node.system);
      while (ids.size() < 400) {
        Event event = TestNode.get(running.pull()).orElseThrow();
        if (event instanceof Event.Text text) {
          text.tokens().forEach(token -> ids.add(token.id()));
        }
      }
      Tokens said = Tokens.of(ids.stream().mapToInt(Integer::intValue).toArray());
      Tokens heard = prompt.plus(said.slice(0, 380)).plus(text(2, 20));
      Event.Started beside =
          (Event.Started) chat.node.run(chat.completion(heard, List.of())).getFirst();
      assertThat(beside.cachedTokens()).as(beside.cacheNote()).isEqualTo(GAP);
      running.cancel();
      Tokens other = prompt.plus(said.slice(0, 390)).plus(text(3, 20));
      Turn later = chat.sayWhenIdle(other);
      assertThat(later.statistics().cachedTokens()).as(later.note()).isGreaterThanOrEqualTo(GAP);
      assertThat(later.reply()).isEqualTo(cold(model, Set.of(), other).reply());
    }
  }

  /// An agent's session in a budget of a few states: a history that grows by tool outputs of every
  /// length, and every fifth turn says its last message anew.
  @ParameterizedTest
  @ValueSource(strings = {"mamba2", "lfm2"})
  void aLongSessionCostsItsNewTokensInASmallBudget(String model) throws Exception {
    try (Chat chat = new Chat(model, Set.of(), "")) {
      chat.say(text(90, 5));
    }
    long budget = 6L * stateBytes(model);
    String settings =
        "mneme.engine.pool { bytes = 16 MiB, checkpoint-share = %f }"
            .formatted((double) budget / (16 << 20));
    try (Chat chat = new Chat(model, Set.of(), settings)) {
      Tokens history = text(1, 150);
      int known = 0;
      for (int turn = 0; turn < 24; turn++) {
        Turn said = chat.say(history);
        assertThat(said.statistics().cachedTokens())
            .as("%d: %s", turn, said.note())
            .isEqualTo(known);
        assertThat(chat.usage().cachedStateBytes()).isLessThanOrEqualTo(budget);
        known = history.length() + REPLY_TOKENS - 1;
        history = after(history, said, text(turn + 2, 7 + turn * 37 % 80));
        if (turn % 5 == 4) {
          int cut = known - REPLY_TOKENS - 3;
          Tokens edited = history.slice(0, cut).plus(text(turn + 50, 30));
          Turn anew = chat.say(edited);
          assertThat(anew.read()).isLessThanOrEqualTo(30 + GAP + REPLY_TOKENS);
        }
      }
    }
  }

  private static long stateBytes(String model) {
    try (var file = ModelFiles.open(GoldenModels.path(model))) {
      return MemoryPlan.of(
              Architectures.graph(file, 4096).needs(), KvEncoding.both(Encoding.F32), 16)
          .stateBytes();
    }
  }
}
