package mneme.cli;

import com.typesafe.config.Config;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mneme.store.Catalog;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "run",
    description = {
      "Talks to a model: one answer to a prompt, or a conversation without one.",
      "Speaks to a running server; if there is none, the engine runs in this process for as long as"
          + " the command does."
    })
final class RunModel implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private ServerOption server;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      defaultValue = "mneme-tiny",
      description = "A name that 'mneme list' shows, or a file (${DEFAULT-VALUE}).")
  private String model;

  @Parameters(index = "1..*", paramLabel = "PROMPT", description = "What to say.")
  private List<String> words = List.of();

  @Option(
      names = {"-o", "--option"},
      paramLabel = "NAME=VALUE",
      description = "A sampling option, such as temperature=0.2 or seed=1.")
  private Map<String, String> options = new LinkedHashMap<>();

  @Option(names = "--system", paramLabel = "TEXT", description = "The system message.")
  private Optional<String> system = Optional.empty();

  @Option(names = "--verbose", description = "Print times after each answer.")
  private boolean isVerbose;

  @Override
  public void run() {
    Config config = configured.config();
    boolean isFile = Catalog.looksLikePath(model);
    if (!isFile) {
      try (Client client = server.client(config)) {
        if (server.isGiven() || client.isUp()) {
          talk(client, model);
          return;
        }
      }
    }
    Catalog catalog = Catalog.of(config);
    Catalog shown = isFile ? catalog.with(Path.of(model)) : catalog;
    String name = isFile ? shown.models().getFirst().name() : model;
    catalog.path(model);
    try (LocalNode node = LocalNode.start(config, shown, Optional.of(0));
        Client client = new Client(node.address(), server.key(config))) {
      talk(client, name);
    }
  }

  private void talk(Client client, String name) {
    String prompt = prompt();
    if (!prompt.isBlank()) {
      conversation(client, name, spec.commandLine().getOut()).say(prompt);
      return;
    }
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build()) {
      new Repl(terminal, conversation(client, name, terminal.writer())).run();
    } catch (IOException e) {
      throw new UncheckedIOException("the terminal failed", e);
    }
  }

  private Conversation conversation(Client client, String name, PrintWriter out) {
    Conversation conversation = new Conversation(client, name, out);
    options.forEach(conversation::set);
    system.ifPresent(conversation::instruct);
    conversation.setVerbose(isVerbose);
    return conversation;
  }

  /// The words of the command line, then what is piped in.
  private String prompt() {
    String said = String.join(" ", words);
    Console console = System.console();
    boolean isPiped = console == null || !console.isTerminal();
    if (!isPiped || !said.isEmpty()) {
      return said;
    }
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new WrongInputException("cannot read standard input: " + e.getMessage());
    }
  }
}
