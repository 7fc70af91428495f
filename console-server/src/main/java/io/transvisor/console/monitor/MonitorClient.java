package io.transvisor.console.monitor;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Asks the monitor of a running guest one thing. */
public final class MonitorClient {
  private static final int TIMEOUT_MILLIS = 10_000;

  private MonitorClient() {}

  /**
   * Sends a command and returns the answer.
   *
   * @param address {@code HOST:PORT} of a monitor served by {@code -monitor tcp:...}
   * @throws VmmException if no monitor answers there
   */
  public static String ask(String address, String command) {
    int colon = address.lastIndexOf(':');
    String digits = address.substring(colon + 1);
    if (colon < 0 || !digits.matches("\\d{1,5}") || Integer.parseInt(digits) > 0xFFFF) {
      throw new VmmException(address + ": expected HOST:PORT of a monitor");
    }
    String host = colon == 0 ? "127.0.0.1" : address.substring(0, colon);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, Integer.parseInt(digits)), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
      socket.shutdownOutput();
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      // The greeting, a prompt, the answer, a prompt.
      String[] parts = all.replace("\r\n", "\n").split(Pattern.quote(MonitorSession.PROMPT));
      if (parts.length < 2) {
        throw new VmmException(address + ": something answers that is no monitor");
      }
      return parts[1];
    } catch (IOException e) {
      throw new VmmException(address + ": no monitor answers: " + e.getMessage(), e);
    }
  }
}
