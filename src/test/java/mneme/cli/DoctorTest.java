package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  @TempDir private Path folder;

  private Session doctor(String settings) throws IOException {
    Path file = Files.writeString(folder.resolve("doctor.conf"), settings);
    return Session.of("doctor", "--config", file);
  }

  @Test
  void aSoundMachineHasNoProblemsAndItsDeviceIsTested() throws IOException {
    Session doctor = doctor("mneme { engine.devices = host, http.port = 0, models.ollama = off }");
    assertThat(doctor.out())
        .contains("native access is enabled")
        .containsPattern("ok +host +computes rightly")
        .containsPattern("ok +host .*; used")
        .containsPattern("opencl")
        .containsPattern("vulkan")
        .contains("mneme.engine.pool = ")
        .endsWith("no problems\n");
    assertThat(doctor.status()).isZero();
  }

  @Test
  void eachProblemSaysWhatToDo() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Session doctor =
          doctor(
              """
              mneme {
                engine.devices = ["opencl:77"]
                http { host = "127.0.0.1", port = %d, header-timeout = 1 s }
                models { directories = ["%s/nowhere"], ollama = off }
              }
              """
                  .formatted(taken.getLocalPort(), folder));
      assertThat(doctor.status()).isEqualTo(1);
      assertThat(doctor.out())
          .containsPattern("problem +opencl:77 +there is no such device")
          .contains("-> name another in mneme.engine.devices")
          .containsPattern("not used: mneme.engine.devices does not name it")
          .containsPattern("problem +models +there is no folder '.*nowhere'")
          .containsPattern("problem +port +cannot listen on 127.0.0.1")
          .endsWith("3 to solve\n");
    }
  }
}
