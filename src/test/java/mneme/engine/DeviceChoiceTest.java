package mneme.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import mneme.device.MatrixUnits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceChoiceTest {
  private static Config with(String settings) {
    return ConfigFactory.parseString(settings).withFallback(ConfigFactory.defaultReference());
  }

  @Test
  void theHostIsUsedUnlessSaidOtherwise() {
    assertThat(DeviceChoice.ids(ConfigFactory.defaultReference())).containsExactly("host");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mneme.engine.devices = [\"opencl:0=8GiB\", host]",
        "mneme.engine.devices = [{ id = \"opencl:0\", bytes = 8 GiB }, host]",
        "mneme.engine.devices = \"opencl:0=8 GiB, host\"",
        "mneme.engine.device = \"opencl:0=8589934592,host\"",
      })
  void severalAreNamedAsAListOrInOneText(String settings) {
    assertThat(DeviceChoice.wishes(with(settings)))
        .isEqualTo(
            List.of(new DeviceChoice.Wish("opencl:0", 8L << 30), new DeviceChoice.Wish("host", 0)));
  }

  @Test
  void autoEndsWithTheHost() {
    assertThat(DeviceChoice.ids(with("mneme.engine.devices = auto")))
        .doesNotHaveDuplicates()
        .endsWith("host");
  }

  /// Nothing is to be measured where there is no choice.
  @Test
  void speedCountsOnlyAmongSeveralThatNobodyNamed() {
    var auto = DeviceChoice.wishes(with("mneme.engine.devices = auto"));
    assertThat(auto).allMatch(wish -> wish.byAuto() == auto.size() > 1);
    assertThat(DeviceChoice.wishes(with("mneme.engine.devices = [\"opencl:0\", host]")))
        .noneMatch(DeviceChoice.Wish::byAuto);
  }

  @Test
  void whatCannotBeIsSaidWithTheKnownOnes() {
    assertThatThrownBy(() -> DeviceChoice.opening("opencl:99", 0, MatrixUnits.AUTO))
        .isInstanceOf(EngineException.class)
        .hasMessageStartingWith(
            "there is no device 'opencl:99'; mneme.engine.devices can name [host, none");
    assertThatThrownBy(() -> DeviceChoice.ids(with("mneme.engine.devices = [host, host]")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("none twice");
    assertThatThrownBy(() -> DeviceChoice.ids(with("mneme.engine.devices = [\"host=lots\"]")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("'lots'");
  }
}
