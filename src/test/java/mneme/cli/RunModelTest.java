package mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import mneme.store.Catalog;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The embedded model, asked from the command line through a socket.
class RunModelTest {
  private static final String STATE = "A recurrent state is a memory of fixed size.";

  @TempDir private Path folder;

  @Test
  void withoutAServerTheEngineRunsInThisProcess() throws IOException {
    Session session =
        Session.of(
            "run",
            "mneme-tiny",
            "What is a recurrent state?",
            "-o",
            "temperature=0",
            "--verbose",
            "--config",
            unreachable());
    assertThat(session.err()).isEmpty();
    assertThat(session.status()).isZero();
    assertThat(session.out()).startsWith(STATE).containsPattern("answer +[0-9.]+ ms +\\d+ tokens");
  }

  @Test
  void aFileIsAModelToo() throws IOException {
    Path copy = folder.resolve("mine.gguf");
    Files.copy(Catalog.of(ConfigFactory.load()).path("mneme-tiny"), copy);
    Session session =
        Session.of(
            "run",
            copy,
            "What is a recurrent state?",
            "-o",
            "temperature=0",
            "--config",
            unreachable());
    assertThat(session.out()).startsWith(STATE);
  }

  @Test
  void aServerIsAskedIfThereIsOneAndShowsWhatItHasLoaded() {
    Config config = ConfigFactory.load();
    try (LocalNode node = LocalNode.start(config, Catalog.of(config), Optional.of(0))) {
      Session session =
          Session.of(
              "run",
              "mneme-tiny",
              "What is a recurrent state?",
              "-o",
              "temperature=0",
              "-o",
              "num_predict=5",
              "--server",
              node.address());
      assertThat(session.out()).isEqualTo("A recurrent state is a\n");
      assertThat(Session.of("ps", "--server", node.address()).out())
          .containsPattern("mneme-tiny(:latest)? +5624a4b5869f");
      Session unknown = Session.of("run", "no-such", "hello", "--server", node.address());
      assertThat(unknown.status()).isEqualTo(2);
      assertThat(unknown.err()).contains("no-such").hasLineCount(1);
    }
  }

  @Test
  void aConversationKnowsItsCommands() throws IOException {
    Config config = ConfigFactory.load();
    String typed =
        """
        /?
        /set parameter temperature 0
        /set parameter num_predict 7
        What is a recurrent state?
        /show
        /nonsense
        /set parameter top_k "wrong"
        \"""What is
        a recurrent state?\"""
        /clear
        /bye
        never said
        """;
    String shown;
    try (LocalNode node = LocalNode.start(config, Catalog.of(config), Optional.of(0));
        Client client = new Client(node.address(), "")) {
      shown = typed(typed, client);
    }
    assertThat(shown)
        .contains("/set parameter NAME VALUE")
        .contains("A recurrent state is a memory of")
        .contains("parameter num_predict 7")
        .contains("unknown command '/nonsense'")
        .contains("top_k")
        .contains("Forgotten.")
        .doesNotContain("never said");
  }

  @Test
  void aTakenPortIsSaidInOneLine() {
    Config config = ConfigFactory.load();
    try (LocalNode node = LocalNode.start(config, Catalog.of(config), Optional.of(0))) {
      Session second = Session.of("serve", "--port", node.address().getPort());
      assertThat(second.status()).isEqualTo(2);
      assertThat(second.err()).contains("cannot listen").contains("--port").hasLineCount(1);
    }
  }

  @Test
  void noServerIsSaidInOneLine() throws IOException {
    Session session = Session.of("ps", "--config", unreachable());
    assertThat(session.status()).isEqualTo(2);
    assertThat(session.err()).contains("'mneme serve' starts one").hasLineCount(1);
  }

  private static String typed(String keys, Client client) throws IOException {
    ByteArrayOutputStream screen = new ByteArrayOutputStream();
    ByteArrayInputStream typed = new ByteArrayInputStream(keys.getBytes(StandardCharsets.UTF_8));
    try (Terminal terminal =
        new DumbTerminal("test", "dumb", typed, screen, StandardCharsets.UTF_8)) {
      new Repl(terminal, new Conversation(client, "mneme-tiny", terminal.writer())).run();
    }
    return screen.toString(StandardCharsets.UTF_8);
  }

  /// A configuration whose port nobody listens on.
  private Path unreachable() throws IOException {
    return Files.writeString(folder.resolve("far.conf"), "mneme.http.port = 1");
  }
}
