package io.transvisor.console.monitor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** One user of the monitor: prompt, line, answer. */
final class MonitorSession {
  /** Scripts written for QEMU wait for this. */
  static final String PROMPT = "(qemu) ";

  static final String GREETING = "Transvisor monitor - type 'help' for more information";

  private static final int MAX_LINE = 4096;
  private static final int TELNET_IAC = 0xFF;

  private final MonitorCommands commands;
  private final InputStream in;
  private final OutputStream out;

  MonitorSession(MonitorCommands commands, InputStream in, OutputStream out) {
    this.commands = commands;
    this.in = in;
    this.out = out;
  }

  /** Serves the user until the input ends. */
  void run() throws IOException {
    print(GREETING + "\n" + PROMPT);
    String line = readLine();
    while (line != null) {
      String answer = commands.execute(line);
      print((answer.isEmpty() ? "" : answer + "\n") + PROMPT);
      line = readLine();
    }
  }

  private void print(String text) throws IOException {
    out.write(text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /** The next line, or null at the end. What makes a line too long is dropped. */
  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    while (next >= 0 && next != '\n') {
      if (next == TELNET_IAC) {
        // Telnet's negotiations: two more bytes each.
        in.skipNBytes(2);
      } else if (next != '\r' && line.size() < MAX_LINE) {
        line.write(next);
      }
      next = in.read();
    }
    return next < 0 && line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
  }
}
