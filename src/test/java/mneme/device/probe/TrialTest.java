package mneme.device.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whatever a driver does to the process it is in, the asking one gets an answer.
class TrialTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static Verdict of(String what) {
    return new Trial(FakeTrial.class.getName(), PATIENCE).of(what);
  }

  private static Verdict.Failed failed(Verdict verdict) {
    assertThat(verdict).isInstanceOf(Verdict.Failed.class);
    return (Verdict.Failed) verdict;
  }

  @Test
  void aSoundDevicePasses() {
    assertThat(of("passes")).isEqualTo(new Verdict.Passed("computes rightly", 1.5e10));
  }

  @Test
  void anExitCodeAndTheLastWordsAreTheReason() {
    Verdict.Failed failed = failed(of("exits"));
    assertThat(failed.words()).contains("code 134: LLVM ERROR: Cannot select");
    assertThat(failed.isFinal()).isTrue();
  }

  @Test
  void anAbortedProcessHasFailed() {
    Verdict.Failed failed = failed(of("aborts"));
    assertThat(failed.words()).contains("code 134");
    assertThat(failed.isFinal()).isTrue();
  }

  @Test
  void aCrashNamesWhereItHappened() {
    Verdict.Failed failed = failed(of("crashes"));
    assertThat(failed.words()).startsWith("crashed in ").contains("[lib");
    assertThat(failed.isFinal()).isTrue();
  }

  @Test
  void aWrongNumberIsSaid() {
    assertThat(of("errs"))
        .isEqualTo(new Verdict.Failed("it computes wrongly: rope gives 3 instead of 2", true));
    assertThat(of("is full")).isEqualTo(new Verdict.Failed("no room", false));
  }

  @Test
  void oneThatHangsIsEndedAndMayBeTriedAgain() {
    Verdict verdict = new Trial(FakeTrial.class.getName(), Duration.ofSeconds(3)).of("hangs");
    assertThat(verdict).isEqualTo(new Verdict.Failed("did not end within 3 s", false));
    assertThat(children()).isEmpty();
  }

  @Test
  void oneThatOthersKillMayBeTriedAgain() {
    Verdict.Failed failed = failed(of("is killed"));
    assertThat(failed.words()).contains("code 137");
    assertThat(failed.isFinal()).isFalse();
  }

  private static List<ProcessHandle> children() {
    return ProcessHandle.current().children().filter(ProcessHandle::isAlive).toList();
  }

  @Test
  void whereNoJvmStartsThereIsNoTrial() {
    assertThat(of("silent")).isInstanceOf(Verdict.Untried.class);
    Verdict nowhere = new Trial("mneme.Nowhere", PATIENCE).of("passes");
    assertThat(nowhere).isInstanceOf(Verdict.Untried.class);
    assertThat(nowhere.words()).contains("another JVM does not start (code 1)");
  }

  @Test
  void flagsThatOnlyOneProcessCanHaveStayHere() {
    assertThat(
            ChildJvm.flags(
                List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "-javaagent:jacoco.jar",
                    "-Dorg.lwjgl.system.stackSize=512",
                    "-agentlib:jdwp=server=y",
                    "-XX:StartFlightRecording=filename=x.jfr",
                    "-Dcom.sun.management.jmxremote.port=9",
                    "-XX:UseAVX=2")))
        .containsExactly(
            "--enable-native-access=ALL-UNNAMED",
            "-Dorg.lwjgl.system.stackSize=512",
            "-XX:UseAVX=2");
  }
}
