package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mneme.device.Rig;
import mneme.format.Decoder;
import mneme.format.ModelFile;
import mneme.format.Tensor;
import mneme.graph.Graph;
import mneme.graph.Op;
import mneme.memory.MemoryNeed;

/// The states of a sequence as another program saved them, beside those that a graph keeps. The
/// op's doc says how its state lies; the file says `conv [channels][taps]`, oldest first, and the
/// rest in parts that follow one another.
final class KnownStates {
  private static final double TOLERANCE = 1e-4;

  private final ModelFile file;
  private final List<Part> parts = new ArrayList<>();

  /// One piece of one state.
  ///
  /// @param name in the file, after `prompt.` or `end.`
  /// @param channels of a convolution, which is stored the other way round; else 0
  private record Part(String name, int state, int offset, int floats, int channels) {}

  KnownStates(Graph graph, ModelFile file) {
    this.file = file;
    int layer = 0;
    int state = 0;
    for (Op op : graph.ops()) {
      if (op instanceof Op.Stateful stateful
          && graph.needs().get(stateful.need()) instanceof MemoryNeed.State need) {
        layer = layerOf(op, layer);
        add(op, layer, state, Math.toIntExact(need.floats()));
        state++;
      }
    }
  }

  /// The first layer from `from` on whose next part of that kind is not taken yet.
  private int layerOf(Op op, int from) {
    for (int layer = from; layer < from + 8; layer++) {
      String name = names(op, layer).getFirst();
      if (file.find("prompt." + name).isPresent()
          && parts.stream().noneMatch(part -> part.name().equals(name))) {
        return layer;
      }
    }
    throw new IllegalStateException("no saved state for " + op);
  }

  private List<String> names(Op op, int layer) {
    List<String> suffixes =
        switch (op) {
          case Op.ShortConv _ -> List.of("conv");
          case Op.SelectiveScan _, Op.HeadScan _ -> List.of("ssm");
          case Op.GatedRecurrence _ -> List.of("lru");
          case Op.MatrixLstm _ -> List.of("mlstm.C", "mlstm.n", "mlstm.m");
          case Op.ScalarLstm _ -> List.of("slstm.y", "slstm.c", "slstm.n", "slstm.m");
          case Op.ChannelWkv _ -> List.of("wkv_num", "wkv_den", "wkv_max");
          case Op.Shift _ ->
              parts.stream().anyMatch(part -> part.name().equals("layer" + layer + ".att_shift"))
                  ? List.of("ffn_shift")
                  : List.of("att_shift");
          default -> throw new IllegalStateException("no known state of " + op);
        };
    return suffixes.stream().map(suffix -> "layer" + layer + "." + suffix).toList();
  }

  private void add(Op op, int layer, int state, int floats) {
    int channels = op instanceof Op.ShortConv ? op.out().width() : 0;
    int offset = 0;
    List<String> names = names(op, layer);
    for (String name : names) {
      int size = channels > 0 ? floats : Math.toIntExact(saved("prompt", name).elements());
      parts.add(new Part(name, state, offset, size, channels));
      offset += size;
    }
    assertThat(offset).as("%s", names).isEqualTo(floats);
  }

  private Tensor saved(String when, String name) {
    return file.tensor(when + "." + name);
  }

  int states() {
    return parts.stream().mapToInt(Part::state).max().orElse(-1) + 1;
  }

  void check(String when, Rig.Sequence sequence) {
    for (Part part : parts) {
      float[] expected = expected(when, part);
      float[] actual = sequence.state(part.state(), part.offset() + part.floats());
      double largest = 1e-30;
      for (float x : expected) {
        largest = Math.max(largest, Math.abs(x));
      }
      for (int i = 0; i < expected.length; i++) {
        double difference = Math.abs((double) actual[part.offset() + i] - expected[i]);
        assertThat(difference)
            .as("%s of %s, number %d", when, part.name(), i)
            .isLessThanOrEqualTo(TOLERANCE * largest);
      }
    }
  }

  /// Writes the saved states into `sequence`.
  void restore(String when, Rig.Sequence sequence) {
    for (int state = 0; state < states(); state++) {
      int rank = state;
      List<Part> own = parts.stream().filter(part -> part.state() == rank).toList();
      float[] values = new float[own.stream().mapToInt(Part::floats).sum()];
      for (Part part : own) {
        System.arraycopy(expected(when, part), 0, values, part.offset(), part.floats());
      }
      sequence.putState(rank, values);
    }
  }

  /// The saved numbers in the order in which the op keeps them.
  private float[] expected(String when, Part part) {
    Tensor tensor = saved(when, part.name());
    float[] saved = Decoder.all(tensor);
    if (part.channels() == 0) {
      return saved;
    }
    boolean isByChannel = tensor.rows() == part.channels();
    int kept = part.floats() / part.channels();
    int columns = Math.toIntExact(tensor.elements() / part.channels());
    float[] rows = new float[part.floats()];
    for (int tap = 0; tap < kept; tap++) {
      for (int c = 0; c < part.channels(); c++) {
        int from = columns - kept + tap;
        rows[tap * part.channels() + c] =
            saved[isByChannel ? c * columns + from : from * part.channels() + c];
      }
    }
    return rows;
  }

  /// Whether states are all that the model remembers.
  static boolean isAll(Graph graph) {
    return graph.needs().stream().allMatch(need -> need instanceof MemoryNeed.State);
  }
}
