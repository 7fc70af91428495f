package io.transvisor.console.monitor;

import java.io.IOException;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The monitor at a terminal: editing, history, completion with the tabulator. */
final class TerminalSession {
  private final MonitorCommands commands;

  TerminalSession(MonitorCommands commands) {
    this.commands = commands;
  }

  /** Serves the user until the end of the input (Ctrl-D); Ctrl-C ends the machine. */
  void run() throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).build()) {
      serve(terminal);
    }
  }

  void serve(Terminal terminal) {
    DefaultParser parser = new DefaultParser();
    parser.setEscapeChars(null);
    parser.setQuoteChars(null);
    LineReader reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .completer(this::complete)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    terminal.writer().println(MonitorSession.GREETING);
    while (true) {
      try {
        String answer = commands.execute(reader.readLine(MonitorSession.PROMPT));
        if (!answer.isEmpty()) {
          terminal.writer().println(answer);
        }
        terminal.flush();
      } catch (UserInterruptException e) {
        commands.execute("quit");
      } catch (EndOfFileException e) {
        return;
      }
    }
  }

  private void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    List<String> before = line.words().subList(0, line.wordIndex());
    commands.candidates(before).forEach(c -> candidates.add(new Candidate(c)));
  }
}
