package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLinesTest {
  @TempDir private Path folder;

  @Test
  void helpNamesEveryCommand() {
    Session help = Session.of("--help");
    assertThat(help.status()).isZero();
    assertThat(help.out()).contains("list", "config", "--version");
  }

  @Test
  void aWrongCommandIsAnsweredWithTheNearestOne() {
    Session wrong = Session.of("confgi");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains("'confgi'").contains("mneme config").contains("--help");
  }

  @Test
  void devicesShowsTheHostFirst() {
    assertThat(Session.of("devices").out().lines().toList().get(1))
        .startsWith("host")
        .contains("yes");
  }

  @Test
  void aDeviceThatIsNotThereIsSaidInOneLine() throws IOException {
    Path file = folder.resolve("devices.conf");
    Files.writeString(file, "mneme.engine.devices = [host, \"opencl:99\"]");
    Session serve = Session.of("serve", "--port", 0, "--config", file);
    assertThat(serve.status()).isEqualTo(2);
    assertThat(serve.err())
        .startsWith("mneme: there is no device 'opencl:99'; mneme.engine.devices can name [host,")
        .hasLineCount(1);
  }

  @Test
  void listShowsTheEmbeddedModel() {
    assertThat(Session.of("list").out())
        .containsPattern("NAME +ID +SIZE +MODIFIED\n")
        .containsPattern("mneme-tiny +5624a4b5869f +4\\.12 MB ");
  }

  @Test
  void configSaysWhereEachSettingCameFrom() throws IOException {
    Path file = folder.resolve("mine.conf");
    Files.writeString(file, "mneme.models.ollama = off");
    Session config = Session.of("config", "--config", file);
    assertThat(config.status()).isZero();
    assertThat(config.out())
        .containsPattern("mneme\\.models\\.ollama +\"off\" +.*mine\\.conf: 1")
        .containsPattern("mneme\\.models\\.cache .*reference\\.conf");
  }

  @Test
  void aConfigurationThatIsAbsentOrBrokenIsSaidInOneLine() throws IOException {
    Session absent = Session.of("config", "--config", folder.resolve("none.conf"));
    assertThat(absent.status()).isEqualTo(2);
    assertThat(absent.err()).contains("there is no configuration file").hasLineCount(1);
    Path broken = folder.resolve("broken.conf");
    Files.writeString(broken, "mneme { ");
    Session parsed = Session.of("config", "--config", broken);
    assertThat(parsed.status()).isEqualTo(2);
    assertThat(parsed.err()).contains("broken.conf").hasLineCount(1);
  }
}
