package mneme.model;

import java.util.Set;
import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// The goldens on the first Vulkan device of this machine. On a processor they take minutes, so
/// unless `-Dmneme.goldens=all` is given only one of each kind of memory and of routing is run; the
/// kernels are those that [ClGoldensTest] runs on all of them.
class VkGoldensTest extends GoldensContract {
  private static final Set<String> ALWAYS =
      Set.of(
          "llama",
          "gpt-oss",
          "deepseek2",
          "gemma3",
          "falcon-h1",
          "mamba",
          "rwkv6",
          "rwkv7",
          "qwen35",
          "minimax-01",
          "llama-q4_k_m",
          "llama-mxfp4");

  @Override
  Device open() {
    return GraphicsDevices.vulkan();
  }

  static Stream<String> architectures() {
    return GoldensContract.architectures().filter(VkGoldensTest::isWanted);
  }

  static Stream<String> encodings() {
    return GoldensContract.encodings().filter(VkGoldensTest::isWanted);
  }

  /// @param name of a golden's folder, perhaps with the one that holds it
  static boolean isWanted(String name) {
    return "all".equals(System.getProperty("mneme.goldens"))
        || ALWAYS.contains(name.replaceFirst("^goldens/", ""));
  }
}
