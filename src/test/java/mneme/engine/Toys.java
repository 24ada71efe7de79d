package mneme.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mneme.device.Numerics;
import mneme.device.none.NullDevice;
import mneme.format.Encoding;
import mneme.format.Metadata;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryNeed;
import mneme.memory.MemoryPlan;
import mneme.memory.Tokens;
import mneme.text.Sampling;

/// Models for the null device, one for each kind of memory, and what they answer.
public final class Toys {
  public static final int VOCABULARY = 97;
  static final int END = 13;
  static final Tokens NO_TOKENS = Tokens.of();

  private static final MemoryNeed FULL = new MemoryNeed.Kv(1, 4, 4, 0);
  private static final MemoryNeed WINDOW = new MemoryNeed.Kv(1, 8, 8, 24);
  private static final MemoryNeed STATE = new MemoryNeed.State(96);

  /// Name of a model, and what its layers remember.
  public static final Map<String, List<MemoryNeed>> NEEDS =
      Map.of(
          "attention", List.of(FULL, FULL),
          "window", List.of(FULL, WINDOW),
          "recurrent", List.of(STATE, STATE),
          "mixed", List.of(STATE, FULL, STATE, WINDOW));

  private Toys() {}

  /// Reads the models of [#NEEDS].
  static Loader loader(EngineSettings settings) {
    return new Loader() {
      @Override
      public List<ServedModel> models() {
        return NEEDS.keySet().stream().sorted().map(name -> served(name, settings)).toList();
      }

      @Override
      public Blueprint load(String name) {
        List<MemoryNeed> needs = NEEDS.get(name);
        if (needs == null) {
          throw new EngineException(Event.Failure.NO_SUCH_MODEL, "no model '" + name + "'");
        }
        return new Blueprint(
            served(name, settings),
            NullDevice.graph(VOCABULARY, needs),
            MemoryPlan.of(needs, settings.kv(), settings.pageTokens()),
            Numerics.EXACT,
            () -> {});
      }
    };
  }

  private static ServedModel served(String name, EngineSettings settings) {
    return new ServedModel(
        name,
        new Metadata(Map.of()),
        new NumberTokenizer(VOCABULARY, Set.of(END)),
        settings.contextTokens(),
        Optional.empty(),
        0,
        name,
        0,
        Encoding.F32.name());
  }

  static KvEncoding kv() {
    return KvEncoding.both(Encoding.F32);
  }

  public static Completion completion(String model, Tokens prompt, int maxTokens) {
    return new Completion(
        model,
        prompt,
        Sampling.greedy(),
        Optional.of(maxTokens),
        List.of(),
        Optional.empty(),
        "tenant");
  }

  /// A prompt of `length` tokens that no other `seed` gives.
  public static Tokens prompt(int seed, int length) {
    int[] ids = new int[length];
    for (int i = 0; i < length; i++) {
      ids[i] = Math.floorMod(seed * 31 + i * 7 + i / 5, VOCABULARY);
    }
    return Tokens.of(ids);
  }

  /// What a stream must be: a pure function of its prompt.
  public static List<Integer> answer(Tokens prompt, int maxTokens) {
    List<Integer> answer = new ArrayList<>();
    Tokens all = prompt;
    while (answer.size() < maxTokens) {
      int next = NullDevice.next(all, VOCABULARY);
      if (next == END) {
        break;
      }
      answer.add(next);
      all = all.plus(Tokens.of(next));
    }
    return answer;
  }
}
