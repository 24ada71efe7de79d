package mneme.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import mneme.device.Device;
import mneme.device.Numerics;
import mneme.device.ReferenceDevice;
import mneme.device.Rig;
import mneme.device.host.HostDevice;
import mneme.format.Encoding;
import mneme.format.GgufForge;
import mneme.format.ModelFile;
import mneme.format.ModelFiles;
import mneme.graph.Graph;
import mneme.memory.KvEncoding;
import mneme.text.Detokenizer;
import mneme.text.Tokenizer;
import mneme.text.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The recipe for an architecture in the documents: it is what every architecture here did, and
/// following it to the letter is enough.
class RecipeTest {
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path LIST = SOURCES.resolve("mneme/model/Architectures.java");
  private static final Path FILES = SOURCES.resolve("mneme/model/arch");
  private static final int TOKENS = 12;
  private static final String PROMPT = "tell";

  /// One new file: a hybrid of short convolutions and attention that nobody has.
  private static final String NEW_FILE =
      """
      package mneme.model.arch;

      import java.util.List;
      import mneme.format.ModelFile;
      import mneme.graph.Activation;
      import mneme.graph.Graph;
      import mneme.graph.Value;
      import mneme.model.Architecture;
      import mneme.model.Blocks;
      import mneme.model.Ropes;
      import mneme.model.SelfAttention;
      import mneme.model.Source;

      /// A convolution in every layer; those with key heads have attention before it.
      public final class Newcomer implements Architecture {
        @Override
        public List<String> names() {
          return List.of("newcomer");
        }

        @Override
        public Graph graph(ModelFile file, int contextTokens) {
          Source source = new Source(file, contextTokens);
          Blocks blocks = new Blocks(source);
          Ropes ropes = new Ropes(source, true);
          Value x = blocks.embed();
          for (int i = 0; i < source.layers(); i++) {
            Source.Layer layer = source.layer(i);
            if (layer.integer("attention.head_count_kv", 0) > 0) {
              Value in = blocks.norm(x, layer.weight("attn_norm"));
              x = blocks.graph().add(
                  x, SelfAttention.of(source, layer, ropes).write(blocks, layer, in));
            }
            Value in = blocks.norm(x, layer.weight("conv_norm"));
            x = blocks.graph().add(
                x, blocks.graph().shortConv(in, layer.weight("conv"), null, Activation.SILU));
          }
          blocks.logits(x);
          return blocks.build();
        }
      }
      """;

  @TempDir private Path folder;

  /// The rows of the table: what to change.
  private static List<String> recipe() throws IOException {
    String page = Files.readString(Path.of("docs/models.md"));
    String section = page.substring(page.indexOf("## Adding an architecture"));
    return section
        .lines()
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `") || line.startsWith("| golden"))
        .toList();
  }

  @Test
  void theRecipeIsOneFileAndOneLine() throws IOException {
    List<String> rows = recipe();
    assertThat(rows.get(0)).startsWith("| `model/arch/<Name>.java` | new,");
    assertThat(rows.get(1)).startsWith("| `model/Architectures.java` | one line");
    assertThat(rows.get(2)).startsWith("| golden folder |");
    assertThat(Files.readString(Path.of("docs/contributing.md"))).contains("](models.md)");
  }

  @Test
  void everyArchitectureFollowedIt() throws IOException {
    List<String> lines = Files.readAllLines(LIST);
    Pattern entry = Pattern.compile(" +new (\\w+)\\(\\)(?:,|\\);)");
    List<String> listed =
        lines.stream()
            .map(entry::matcher)
            .filter(java.util.regex.Matcher::matches)
            .map(line -> line.group(1))
            .toList();
    try (Stream<Path> files = Files.list(FILES)) {
      assertThat(files.map(file -> file.getFileName().toString().replace(".java", "")))
          .filteredOn(name -> !name.equals("package-info"))
          .containsExactlyInAnyOrderElementsOf(listed);
    }
    for (String name : listed) {
      String source = Files.readString(FILES.resolve(name + ".java"));
      assertThat(source).contains("class " + name + " implements Architecture");
      assertThat(source.lines().count()).as("lines of " + name).isLessThanOrEqualTo(200);
      assertThat(lines.stream().filter(line -> line.matches(".*\\b" + name + "\\b.*")))
          .as("an import and a line for " + name)
          .hasSize(2);
    }
  }

  @Test
  void whoFollowsItIsServed() throws Exception {
    Path classes = compiled();
    Path model = model();
    String expected = answerOfTheReference(classes, model);
    assertThat(expected).isNotEmpty();
    assertThat(answerOfTheCommand(classes, model)).isEqualTo(expected);
  }

  private Path compiled() throws IOException {
    String list = Files.readString(LIST);
    String longer =
        list.replace(
                "          new Arwkv7(),\n", "          new Arwkv7(),\n          new Newcomer(),\n")
            .replace(
                "import mneme.model.arch.Olmo2;",
                "import mneme.model.arch.Newcomer;\nimport mneme.model.arch.Olmo2;");
    assertThat(longer.lines().count()).isEqualTo(list.lines().count() + 2);
    Path sources = Files.createDirectories(folder.resolve("sources"));
    Path classes = Files.createDirectories(folder.resolve("classes"));
    Files.writeString(sources.resolve("Architectures.java"), longer);
    Files.writeString(sources.resolve("Newcomer.java"), NEW_FILE);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of("-d", classes.toString(), "-cp", classPath(), "-proc:none", "-implicit:none");
      var units =
          files.getJavaFileObjects(
              sources.resolve("Architectures.java"), sources.resolve("Newcomer.java"));
      assertThat(compiler.getTask(null, files, null, options, null, units).call()).isTrue();
    }
    return classes;
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private Path model() throws IOException {
    GgufForge forge = GgufForge.of("newcomer").addTokenizer();
    forge.text("tokenizer.chat_template", "{% for m in messages %}{{ m.content }}{% endfor %}");
    forge.u32("newcomer.block_count", 2);
    forge.u32("newcomer.context_length", 128);
    forge.u32("newcomer.embedding_length", 32);
    forge.u32("newcomer.attention.head_count", 2);
    forge.array(
        "newcomer.attention.head_count_kv",
        GgufForge.U32,
        List.of(GgufForge.u32(0), GgufForge.u32(1)));
    forge.u32("newcomer.rope.dimension_count", 16);
    forge.f32("newcomer.attention.layer_norm_rms_epsilon", 1e-5f);
    forge.tensor("token_embd.weight", 32, 264);
    forge.tensor("output_norm.weight", 32);
    forge.tensor("output.weight", 32, 264);
    for (int layer = 0; layer < 2; layer++) {
      forge.tensor("blk." + layer + ".conv_norm.weight", 32);
      forge.tensor("blk." + layer + ".conv.weight", 4, 32);
    }
    forge.tensor("blk.1.attn_norm.weight", 32);
    forge.tensor("blk.1.attn_q.weight", 32, 32);
    forge.tensor("blk.1.attn_k.weight", 32, 16);
    forge.tensor("blk.1.attn_v.weight", 32, 16);
    forge.tensor("blk.1.attn_output.weight", 32, 32);
    return Files.write(folder.resolve("newcomer.gguf"), forge.build());
  }

  /// The likeliest tokens by double-precision arithmetic; the host's logits are close to its.
  private static String answerOfTheReference(Path classes, Path model) throws Exception {
    try (ModelFile file = ModelFiles.open(model)) {
      Graph graph = graph(classes, file);
      Tokenizer tokenizer = Tokenizers.of(file);
      int[] prompt = tokenizer.encode(PROMPT, true);
      try (Device reference = new ReferenceDevice();
          Rig rig = new Rig(reference, graph, Numerics.EXACT, f32());
          Device host = new HostDevice(1);
          Rig hostRig = new Rig(host, graph, Numerics.EXACT, f32())) {
        Rig.Sequence sequence = rig.sequence();
        Rig.Sequence hosted = hostRig.sequence();
        float[] row = rig.step(sequence.next(prompt, 1))[0];
        assertThat(hostRig.step(hosted.next(prompt, 1))[0]).containsExactly(row, within());
        int[] answer = new int[TOKENS];
        for (int i = 0; i < TOKENS; i++) {
          answer[i] = likeliest(row);
          assertThat(tokenizer.endIds()).doesNotContain(answer[i]);
          row = rig.step(sequence.next(new int[] {answer[i]}, 1))[0];
        }
        Detokenizer text = Detokenizer.continuing(tokenizer);
        StringBuilder said = new StringBuilder();
        Arrays.stream(answer).forEach(id -> said.append(text.accept(id)));
        return said.append(text.flush()).toString();
      }
    }
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.data.Offset.offset(1e-4f);
  }

  private static KvEncoding f32() {
    return KvEncoding.both(Encoding.F32);
  }

  private static int likeliest(float[] row) {
    int best = 0;
    for (int id = 1; id < row.length; id++) {
      best = row[id] > row[best] ? id : best;
    }
    return best;
  }

  /// The room `model` is loaded anew, with the new file and the longer list.
  private static Graph graph(Path classes, ModelFile file) throws Exception {
    URL here = Architectures.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes.toUri().toURL(), here}) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("mneme.model.")) {
              return RecipeTest.class.getClassLoader().loadClass(name);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : findClass(name);
          }
        }) {
      return (Graph)
          loader
              .loadClass("mneme.model.Architectures")
              .getMethod("graph", ModelFile.class, int.class)
              .invoke(null, file, 128);
    }
  }

  /// `mneme run` in a process of its own, on a class path that begins with the new classes.
  private String answerOfTheCommand(Path classes, Path model) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dmneme.engine.pool.bytes=16m",
                "-cp",
                classes + File.pathSeparator + classPath(),
                "mneme.Mneme",
                "run",
                model.toString(),
                PROMPT,
                "-o",
                "temperature=0",
                "-o",
                "num_predict=" + TOKENS)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    boolean hasEnded = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(hasEnded).isTrue();
    assertThat(process.exitValue()).as(Files.readString(err)).isZero();
    return Files.readString(out).stripTrailing();
  }
}
