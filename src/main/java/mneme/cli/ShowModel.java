package mneme.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mneme.format.Metadata;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.format.Tensor;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "show", description = "Shows what a model's file says.")
final class ShowModel implements Runnable {
  private static final int WIDEST = 60;

  @Spec private CommandSpec spec;
  @Mixin private Configured configured;

  @Parameters(paramLabel = "MODEL", description = "A GGUF file, a folder, or a known name.")
  private String model;

  @Option(names = "--template", description = "Only the chat template, as it is.")
  private boolean isTemplate;

  @Option(names = "--tensors", description = "The tensors too.")
  private boolean withTensors;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try (ModelFile file = ModelFiles.open(configured.catalog().path(model))) {
      if (isTemplate) {
        out.print(template(file.metadata()));
        out.flush();
        return;
      }
      Humane.table(keys(file)).forEach(out::println);
      if (withTensors) {
        out.println();
        Humane.table(tensors(file)).forEach(out::println);
      }
    }
  }

  private String template(Metadata metadata) {
    String template = metadata.text("tokenizer.chat_template", "");
    if (template.isEmpty()) {
      throw new WrongInputException("'" + model + "' has no chat template");
    }
    return template;
  }

  private static List<List<String>> keys(ModelFile file) {
    long parameters = file.tensors().stream().mapToLong(Tensor::elements).sum();
    long bytes = file.tensors().stream().mapToLong(Tensor::bytes).sum();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("parameters", String.valueOf(parameters)));
    rows.add(List.of("weights", Humane.bytes(bytes)));
    file.metadata().values().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> rows.add(List.of(entry.getKey(), brief(entry.getValue()))));
    return rows;
  }

  private static String brief(Object value) {
    if (value instanceof List<?> list && list.size() > 8) {
      return "list of " + list.size();
    }
    String text = String.valueOf(value).replace("\n", "\\n");
    return text.length() <= WIDEST ? text : text.substring(0, WIDEST) + " ...";
  }

  private static List<List<String>> tensors(ModelFile file) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TENSOR", "ENCODING", "DIMS"));
    for (Tensor tensor : file.tensors()) {
      rows.add(List.of(tensor.name(), tensor.encoding().name(), tensor.dims().toString()));
    }
    return rows;
  }
}
