package mneme.device.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mneme.device.Device;
import mneme.device.GraphicsDevices;
import mneme.device.host.HostDevice;
import mneme.device.none.NullDevice;
import mneme.graph.Op;
import org.junit.jupiter.api.Test;

class KernelTourTest {
  @Test
  void itLeadsToEveryOp() {
    Set<String> visited =
        new TourGraph()
            .build().ops().stream()
                .map(op -> op.getClass().getSimpleName())
                .collect(Collectors.toSet());
    List<String> all =
        Stream.of(Op.class, Op.Stateful.class)
            .flatMap(kind -> Arrays.stream(kind.getPermittedSubclasses()))
            .filter(Class::isRecord)
            .map(Class::getSimpleName)
            .distinct()
            .filter(name -> !name.equals("Given")) // no kernel: rows are written where they belong
            .toList();
    assertThat(visited).containsAll(all);
  }

  @Test
  void soundDevicesPass() {
    try (Device host = new HostDevice(2)) {
      assertThat(KernelTour.fault(host)).isEmpty();
    }
  }

  @Test
  void openClPasses() {
    try (Device device = GraphicsDevices.openCl()) {
      assertThat(KernelTour.fault(device)).isEmpty();
    }
  }

  @Test
  void vulkanPasses() {
    try (Device device = GraphicsDevices.vulkan()) {
      assertThat(KernelTour.fault(device)).isEmpty();
    }
  }

  @Test
  void matrixUnitsPass() {
    try (Device device = GraphicsDevices.matrixUnits()) {
      assertThat(KernelTour.fault(device)).isEmpty();
    }
  }

  /// An op is found out if one of its numbers is off by a hundredth, or is none.
  @Test
  void theOpThatErrsIsNamed() {
    List<TourGraph.Stop> stops = new TourGraph().stops();
    for (int i = 0; i < stops.size(); i += 3) {
      TourGraph.Stop stop = stops.get(i);
      try (Device device = new SkewedDevice(stop, i % 2 == 0 ? 1.01f : Float.NaN)) {
        assertThat(KernelTour.fault(device))
            .hasValueSatisfying(words -> assertThat(words).startsWith(stop.op() + " gives "));
      }
    }
  }

  @Test
  void aDeviceThatComputesNothingDoesNot() {
    assertThat(KernelTour.fault(new NullDevice())).isPresent();
  }
}
