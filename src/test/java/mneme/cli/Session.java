package mneme.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/// One command run in this process, and what it said.
record Session(int status, String out, String err) {
  static Session of(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = String.valueOf(arguments[i]);
    }
    int status =
        CommandLines.with(new PrintWriter(out, true), new PrintWriter(err, true)).execute(words);
    return new Session(status, out.toString(), err.toString());
  }
}
