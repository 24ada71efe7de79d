package mneme.model;

import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.GraphicsDevices;

/// One model of each kind of memory on the first OpenCL device of this machine.
class ClSameBitsTest extends SameBitsContract {
  @Override
  Device open() {
    return GraphicsDevices.openCl();
  }

  @Override
  Stream<String> models() {
    return Stream.of(
        "goldens/llama",
        "goldens/gemma3",
        "goldens/deepseek2",
        "goldens/falcon-h1",
        "goldens/mamba2",
        "goldens/qwen35",
        "goldens-hf/xlstm");
  }
}
