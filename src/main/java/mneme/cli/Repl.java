package mneme.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;

/// A conversation at the terminal. Lines that begin with `/` are commands; three quotes open and
/// close a text of several lines; Ctrl-C stops an answer, Ctrl-D leaves.
final class Repl {
  private static final String QUOTES = "\"\"\"";
  private static final String HELP =
      """
      /set parameter NAME VALUE   such as temperature 0.2, num_predict 100, seed 1
      /set system TEXT            what the model is told before everything
      /set verbose, /set quiet    print times after each answer, or not
      /show                       model, system message and parameters
      /load MODEL                 speak with another model
      /clear                      forget what was said
      /bye                        leave (as does Ctrl-D)
      /?                          this help
      Three quotes (\""") open and close a text of several lines.\
      """;

  private final Terminal terminal;
  private final Conversation conversation;
  private final PrintWriter out;
  private final LineReader reader;

  Repl(Terminal terminal, Conversation conversation) {
    this.terminal = terminal;
    this.conversation = conversation;
    this.out = terminal.writer();
    this.reader = LineReaderBuilder.builder().terminal(terminal).build();
    reader.option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
  }

  /// Until the user leaves.
  void run() {
    out.println("Talking to " + conversation.model() + ". /? for help, /bye to leave.");
    while (true) {
      try {
        String line = read();
        if (line.strip().equals("/bye") || line.strip().equals("/exit")) {
          return;
        }
        answer(line);
      } catch (EndOfFileException e) {
        return;
      } catch (UserInterruptException e) {
        out.println("Use Ctrl-D or /bye to leave.");
      } catch (WrongInputException e) {
        out.println(e.getMessage());
      }
      out.flush();
    }
  }

  private String read() {
    String line = reader.readLine(">>> ");
    if (!line.startsWith(QUOTES)) {
      return line;
    }
    StringBuilder text = new StringBuilder(line.substring(QUOTES.length()));
    while (text.indexOf(QUOTES) < 0) {
      text.append('\n').append(reader.readLine("... "));
    }
    return text.substring(0, text.indexOf(QUOTES));
  }

  private void answer(String line) {
    if (line.isBlank()) {
      return;
    }
    if (line.startsWith("/")) {
      obey(Arrays.asList(line.strip().split("\\s+", 4)), line.strip());
      return;
    }
    Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, _ -> conversation.stop());
    try {
      conversation.say(line);
    } finally {
      terminal.handle(Terminal.Signal.INT, before);
    }
  }

  private void obey(List<String> words, String line) {
    switch (words.getFirst()) {
      case "/?", "/help" -> out.println(HELP);
      case "/clear" -> {
        conversation.clear();
        out.println("Forgotten.");
      }
      case "/show" -> show();
      case "/load" -> {
        if (words.size() < 2) {
          throw new WrongInputException("/load wants the name of a model");
        }
        conversation.change(words.get(1));
        out.println("Talking to " + words.get(1) + ".");
      }
      case "/set" -> set(words, line);
      default ->
          throw new WrongInputException("unknown command '" + words.getFirst() + "'; /? helps");
    }
  }

  private void set(List<String> words, String line) {
    String what = words.size() > 1 ? words.get(1) : "";
    switch (what) {
      case "verbose", "quiet" -> conversation.setVerbose(what.equals("verbose"));
      case "system" -> conversation.instruct(unquoted(line.split("\\s+", 3)));
      case "parameter" -> {
        if (words.size() < 4) {
          throw new WrongInputException("/set parameter wants a name and a value");
        }
        conversation.set(words.get(2), words.get(3));
      }
      default -> throw new WrongInputException("/set knows parameter, system, verbose and quiet");
    }
  }

  private static String unquoted(String[] words) {
    String text = words.length < 3 ? "" : words[2];
    boolean isQuoted = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"");
    return isQuoted ? text.replace(QUOTES, "\"").replaceAll("^\"|\"$", "") : text;
  }

  private void show() {
    out.println("model " + conversation.model() + " at " + conversation.client().server());
    if (!conversation.system().isEmpty()) {
      out.println("system " + conversation.system());
    }
    conversation.options().forEach((name, value) -> out.println("parameter " + name + " " + value));
  }
}
