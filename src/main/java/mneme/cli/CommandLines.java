package mneme.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import mneme.engine.EngineException;
import mneme.format.ModelFormatException;
import mneme.store.UnknownModelException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/// All commands, ready to run. Exit codes: 0 done, 1 failed, 2 wrong input; a failure is one line
/// on standard error, with the stack trace only if MNEME_TRACE is set.
public final class CommandLines {
  private CommandLines() {}

  @Command(
      name = "mneme",
      description = "A server for language models in which every sequence owns its memory.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      scope = CommandLine.ScopeType.INHERIT,
      subcommands = {
        Serve.class,
        RunModel.class,
        ListModels.class,
        ListRunning.class,
        ShowModel.class,
        ListDevices.class,
        Doctor.class,
        PlanMemory.class,
        Bench.class,
        Eval.class,
        Tokenize.class,
        Detokenize.class,
        RenderTemplate.class,
        ShowConfig.class
      })
  private static final class Root {}

  /// Runs one command on standard output and standard error, in UTF-8.
  ///
  /// @return its exit code
  public static int run(String... arguments) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    return with(out, err).execute(arguments);
  }

  static CommandLine with(PrintWriter out, PrintWriter err) {
    CommandLine commands = new CommandLine(new Root());
    commands
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler((failure, line, _) -> failed(failure, line))
        .setParameterExceptionHandler((wrong, _) -> misused(wrong));
    return commands;
  }

  private static int misused(ParameterException wrong) {
    PrintWriter err = wrong.getCommandLine().getErr();
    err.println("mneme: " + String.valueOf(wrong.getMessage()).lines().findFirst().orElse(""));
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try '" + wrong.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception failure, CommandLine line) {
    if (System.getenv("MNEME_TRACE") != null) {
      failure.printStackTrace(line.getErr());
    }
    boolean isInput =
        failure instanceof WrongInputException
            || failure instanceof UnknownModelException
            || failure instanceof ModelFormatException
            || failure instanceof EngineException;
    String message = failure.getMessage();
    String shown = isInput && message != null ? message : failure.toString();
    line.getErr().println("mneme: " + shown.strip().replaceAll("\\s*\\R\\s*", "; "));
    return isInput ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
  }
}
