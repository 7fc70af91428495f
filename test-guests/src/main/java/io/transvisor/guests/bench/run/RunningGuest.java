package io.transvisor.guests.bench.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process that runs the guest, and the ends of the guest's serial line.
 *
 * @param output where the process complains
 * @param socket the serial line if it is no standard input and output, else null
 */
public record RunningGuest(Process process, Path output, Socket socket) implements AutoCloseable {
  InputStream fromGuest() throws IOException {
    return socket == null ? process.getInputStream() : socket.getInputStream();
  }

  OutputStream toGuest() throws IOException {
    return socket == null ? process.getOutputStream() : socket.getOutputStream();
  }

  /** The last thing the process said, for messages. */
  String lastWords() throws IOException {
    String text = Files.readString(output).strip();
    return text.isEmpty() ? "" : ": " + text.substring(text.lastIndexOf('\n') + 1);
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (socket != null) {
      socket.close();
    }
  }
}
