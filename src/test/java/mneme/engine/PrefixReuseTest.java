package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import mneme.device.host.HostDevice;
import mneme.memory.Tokens;
import mneme.text.Sampling;
import org.junit.jupiter.params.ParameterizedTest;
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
      return new Completion(
          model,
          prompt,
          Sampling.defaults(7),
          Optional.of(REPLY_TOKENS),
          stops,
          Optional.of(2),
          "tenant");
    }

    Turn say(Tokens prompt) throws Exception {
      return say(completion(prompt, List.of()));
    }

    Turn say(Completion completion) throws Exception {
      long before = read.get();
      long counted = counted();
      List<Event> events = node.run(completion);
      assertThat(node.audit()).isEmpty();
      assertThat(counted() - counted).as("the engine's own count").isEqualTo(read.get() - before);
      List<Event.Token> reply = new ArrayList<>();
      events.forEach(e -> reply.addAll(e instanceof Event.Text text ? text.tokens() : List.of()));
      return new Turn(
          reply,
          ((Event.Finished) events.getLast()).statistics(),
          ((Event.Started) events.getFirst()).cacheNote(),
          read.get() - before);
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
}
