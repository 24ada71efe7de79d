package mneme.cli;

import com.typesafe.config.Config;
import java.io.PrintWriter;
import java.util.Optional;
import mneme.store.Catalog;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "serve",
    aliases = "start",
    description =
        "Serves every model of this machine over HTTP, in the dialects of Ollama and OpenAI.")
final class Serve implements Runnable {
  @Spec private CommandSpec spec;
  @Mixin private Configured configured;
  @Mixin private ServerOption server;

  @Option(names = "--port", paramLabel = "N", description = "Listen on this port; 0 takes any.")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--ask",
      paramLabel = "PROMPT",
      description = "Once up, ask this over HTTP, print the answer as it streams, and go on.")
  private Optional<String> question = Optional.empty();

  @Option(
      names = "--ask-model",
      paramLabel = "MODEL",
      defaultValue = "mneme-tiny",
      description = "Whom to ask (${DEFAULT-VALUE}).")
  private String asked;

  @Override
  public void run() {
    Config config = configured.config();
    PrintWriter out = spec.commandLine().getOut();
    try (LocalNode node = LocalNode.start(config, Catalog.of(config), port)) {
      out.println("Mneme listens on " + node.address());
      question.ifPresent(prompt -> ask(node, config, prompt, out));
      node.awaitEnd();
    }
  }

  private void ask(LocalNode node, Config config, String prompt, PrintWriter out) {
    out.println("\n" + asked + ", " + prompt);
    try (Client client = new Client(node.address(), server.key(config))) {
      new Conversation(client, asked, out).say(prompt);
    }
    out.println("\nAsk yourself:");
    out.printf(
        "  curl -N %s/api/chat -d '{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}'%n",
        node.address(), asked, prompt.replace("\"", "\\\"").replace("'", ""));
    out.println("Ctrl-C stops the server.");
  }
}
