package mneme.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.format.Encoding;
import mneme.format.ModelFile;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.memory.MemoryPlan;
import mneme.model.Architectures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "eval",
    description = {
      "Writes the logits after every token of given token ids.",
      "Each file is a JSON object with 'prompt', and 'greedy' to be read after it one at a time;"
          + " all files are read side by side. The output is float32, little endian,"
          + " [tokens][vocabulary]."
    })
final class Eval implements Runnable {
  @Mixin private Configured configured;
  @Mixin private ModelOption model;
  @Mixin private DeviceOption device;
  @Mixin private KvOption kv;

  @Option(names = "--tokens", required = true, paramLabel = "FILE", description = "Token ids.")
  private List<Path> files;

  @Option(
      names = "--logits",
      required = true,
      paramLabel = "OUT",
      description = "Where to write; OUT.0, OUT.1 ... for several files.")
  private Path out;

  @Option(
      names = "--chunk",
      paramLabel = "N",
      defaultValue = "512",
      description = "Tokens of a prompt that are read at once (${DEFAULT-VALUE}).")
  private int chunkTokens;

  @Option(names = "--step", description = "Read the prompt token by token too.")
  private boolean isStepwise;

  @Option(names = "--exact", description = "Keep activations in f32 where weights are quantized.")
  private boolean isExact;

  @Override
  public void run() {
    if (chunkTokens < 1) {
      throw new WrongInputException("--chunk is " + chunkTokens + ", wanted at least 1");
    }
    List<Passage> passages = files.stream().map(Passage::read).toList();
    try (ModelFile file = model.open(configured);
        Device hardware = device.open()) {
      Graph graph = Architectures.graph(file, contextTokens(file, passages));
      check(passages, graph.vocabulary());
      MemoryPlan plan = kv.plan(graph, configured.config(), KvEncoding.both(Encoding.F32));
      Evaluation evaluation = new Evaluation(graph, plan, isStepwise ? 1 : chunkTokens);
      Numerics numerics = isExact ? Numerics.EXACT : Numerics.QUANTIZED;
      try (Output output = new Output(outputs(), graph.vocabulary())) {
        evaluation.run(hardware, numerics, passages, output);
      }
    }
  }

  /// What the files were made for, else what the model was made for.
  private static int contextTokens(ModelFile file, List<Passage> passages) {
    int longest = passages.stream().mapToInt(passage -> passage.tokens().length()).max().orElse(1);
    int wanted = passages.stream().mapToInt(Passage::contextTokens).max().orElse(0);
    return Math.max(longest, wanted > 0 ? wanted : ModelOption.contextTokens(file));
  }

  private void check(List<Passage> passages, int vocabulary) {
    for (int i = 0; i < passages.size(); i++) {
      for (int id : passages.get(i).tokens().toArray()) {
        if (id >= vocabulary) {
          throw new WrongInputException(
              "'%s' holds token %d, but the model's vocabulary ends at %d"
                  .formatted(files.get(i), id, vocabulary - 1));
        }
      }
    }
  }

  private List<Path> outputs() {
    List<Path> outputs = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      outputs.add(files.size() == 1 ? out : out.resolveSibling(out.getFileName() + "." + i));
    }
    return outputs;
  }

  /// One file a passage, rows in order of position.
  private static final class Output implements Evaluation.Sink, AutoCloseable {
    private final List<FileChannel> channels = new ArrayList<>();
    private final ByteBuffer row;

    Output(List<Path> paths, int vocabulary) {
      row = ByteBuffer.allocate(4 * vocabulary).order(ByteOrder.LITTLE_ENDIAN);
      for (Path path : paths) {
        try {
          channels.add(
              FileChannel.open(
                  path,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.TRUNCATE_EXISTING));
        } catch (IOException e) {
          close();
          throw new WrongInputException("cannot write '" + path + "': " + JsonFiles.reason(e));
        }
      }
    }

    @Override
    public void row(int passage, int position, float[] values, int offset) {
      row.clear();
      row.asFloatBuffer().put(values, offset, row.capacity() / 4);
      try {
        while (row.hasRemaining()) {
          channels.get(passage).write(row);
        }
      } catch (IOException e) {
        throw new WrongInputException("cannot write the logits: " + e.getMessage());
      }
    }

    @Override
    public void close() {
      for (FileChannel channel : channels) {
        try {
          channel.close();
        } catch (IOException e) {
          throw new WrongInputException("cannot write the logits: " + e.getMessage());
        }
      }
    }
  }
}
