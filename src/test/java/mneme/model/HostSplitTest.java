package mneme.model;

import java.util.List;
import mneme.device.Device;
import mneme.device.Rig;
import mneme.device.host.HostDevice;
import mneme.graph.Cut;
import mneme.graph.Graph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// On two hosts the parts also have the bits of the whole.
class HostSplitTest extends SplitContract {
  @Override
  Device openFirst() {
    return new HostDevice(2);
  }

  @Override
  Device openSecond() {
    return new HostDevice(1);
  }

  @ParameterizedTest
  @MethodSource("names")
  void thePartsHaveTheBitsOfTheWhole(String name) {
    try (GoldenModel model = GoldenModel.open(name)) {
      Graph graph = model.graph();
      int[] tokens = model.golden().tokens();
      float[][] whole;
      try (Rig rig = rig(graph, List.of())) {
        whole = rig.read(tokens, tokens.length);
      }
      for (List<Cut> cuts : List.of(half(graph), thirds(graph))) {
        try (Rig rig = rig(graph, cuts)) {
          Company.assertSameBits("one pass", whole, rig.read(tokens, tokens.length));
          Company.assertSameBits("token by token", whole, rig.read(tokens, 1));
          Company.besideOthers(rig, tokens, whole);
        }
      }
    }
  }
}
