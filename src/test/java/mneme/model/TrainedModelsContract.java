package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.IntStream;
import mneme.SharedData;
import mneme.device.DeviceContract;
import mneme.device.Numerics;
import mneme.device.Rig;
import mneme.format.Encoding;
import mneme.format.Gguf;
import mneme.memory.KvEncoding;
import org.junit.jupiter.api.Test;

/// Models with real weights go on, greedily, exactly as other programs do.
abstract class TrainedModelsContract extends DeviceContract {
  /// Karpathy's stories260K and the story that his own program and llama.cpp tell.
  @Test
  void tellsTheKnownStory() {
    JsonNode json = Golden.json(SharedData.path("models/stories260K.json"));
    float[][] logits = Golden.rows(SharedData.path("models/stories260K.logits.bin"), 512);
    int[] prompt = Golden.ids(json.get("prompt")).toArray();
    int[] story = Golden.ids(json.get("greedy")).toArray();
    try (Gguf file = Gguf.open(SharedData.path("models/stories260K.gguf"));
        Rig rig = rig(file)) {
      assertThat(greedy(rig, prompt, story.length)).containsExactly(story);
      int[] all = IntStream.concat(Arrays.stream(prompt), Arrays.stream(story)).toArray();
      int[] read = Arrays.copyOf(all, logits.length);
      Golden golden =
          new Golden("stories260K", SharedData.path("models"), 512, prompt.length, read, logits);
      new Gate(1e-3, 5e-5).check("one pass", golden, rig.read(read, read.length));
    }
  }

  @Test
  void continuesAsTheDemoModelsGoldens() {
    JsonNode models = Golden.json(SharedData.path("demo-model/golden.json")).get("models");
    try (Gguf file = Gguf.open(SharedData.path("demo-model/mneme-tiny.f16.gguf"));
        Rig rig = rig(file)) {
      for (JsonNode golden : models.get("mneme-tiny.f16.gguf")) {
        int[] greedy = Golden.ids(golden.get("greedy")).limit(24).toArray();
        assertThat(greedy(rig, Golden.ids(golden.get("prompt_ids")).toArray(), greedy.length))
            .as(golden.get("name").asText())
            .containsExactly(greedy);
      }
    }
  }

  private Rig rig(Gguf file) {
    return new Rig(
        device, Architectures.graph(file, 512), Numerics.EXACT, KvEncoding.both(Encoding.F32));
  }

  private static int[] greedy(Rig rig, int[] prompt, int count) {
    Rig.Sequence sequence = rig.sequence();
    int[] tokens = new int[count];
    float[] logits = rig.step(sequence.next(prompt, 1))[0];
    for (int i = 0; i < count; i++) {
      tokens[i] = best(logits);
      logits = rig.step(sequence.next(new int[] {tokens[i]}, 1))[0];
    }
    return tokens;
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
