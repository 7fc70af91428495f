package io.transvisor.console.socket;

import io.transvisor.core.error.VmmException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;

/**
 * Where to listen, as an option says it: {@code tcp:[HOST]:PORT} or {@code unix:PATH}, followed by
 * {@code ,server,nowait} and the like.
 *
 * @param option the option, for messages
 * @param text its argument
 * @param listens whether {@code server} is among what follows
 */
public record Endpoint(String option, String text, SocketAddress address, boolean listens) {
  private static final int MAX_PORT = 65535;

  /**
   * @param expected what else is possible, for the message
   * @throws VmmException if the argument is not understood
   */
  public static Endpoint parse(String option, String text, String expected) {
    String[] parts = text.split(",");
    boolean listens = false;
    for (int i = 1; i < parts.length; i++) {
      listens |= parts[i].equals("server") || parts[i].equals("server=on");
    }
    return new Endpoint(option, text, address(option, text, parts[0], expected), listens);
  }

  private static SocketAddress address(String option, String whole, String text, String expected) {
    if (text.startsWith("unix:")) {
      try {
        return UnixDomainSocketAddress.of(text.substring("unix:".length()));
      } catch (InvalidPathException e) {
        throw error(option, whole, "that is no file name");
      }
    }
    if (!text.matches("tcp:.*:[0-9]{1,5}")) {
      throw error(option, whole, "expected " + expected);
    }
    int colon = text.lastIndexOf(':');
    String host = text.substring("tcp:".length(), colon);
    int port = Integer.parseInt(text.substring(colon + 1));
    if (port > MAX_PORT) {
      throw error(option, whole, "ports are 0 to 65535");
    }
    InetSocketAddress address = new InetSocketAddress(host.isEmpty() ? "127.0.0.1" : host, port);
    if (address.isUnresolved()) {
      throw error(option, whole, "there is no host " + host);
    }
    return address;
  }

  /**
   * @throws VmmException if {@code server} is missing
   */
  public Endpoint requireServer() {
    if (!listens) {
      throw error("add ,server,nowait: this side waits for connections");
    }
    return this;
  }

  /**
   * @throws VmmException if other hosts could connect
   */
  public Endpoint requireThisHost() {
    if (address instanceof InetSocketAddress a && !a.getAddress().isLoopbackAddress()) {
      throw error("there is no password, so it listens on this host only (127.0.0.1)");
    }
    return this;
  }

  VmmException error(String what) {
    return error(option, text, what);
  }

  private static VmmException error(String option, String text, String what) {
    return new VmmException(option + " " + text + ": " + what);
  }
}
