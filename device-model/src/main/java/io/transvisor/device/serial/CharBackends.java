package io.transvisor.device.serial;

import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.MachineControl;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes back ends from what the user writes after {@code -serial}, {@code -parallel} and {@code
 * -debugcon}:
 *
 * <ul>
 *   <li>{@code none}, {@code null}: nothing;
 *   <li>{@code stdio}: standard input and output;
 *   <li>{@code file:PATH}: a file, made anew;
 *   <li>{@code tcp:HOST:PORT}: connects; with {@code ,server}, listens and waits for a connection
 *       before the guest starts; with {@code ,server,nowait}, listens without waiting. Without HOST
 *       it is this machine only;
 *   <li>{@code unix:PATH}: likewise, by a Unix-domain socket.
 * </ul>
 */
public final class CharBackends {
  private CharBackends() {}

  /**
   * @param option the option for messages, such as {@code -serial}
   * @throws VmmException if the specification is none of the above, or the file or connection
   *     cannot be had
   */
  public static CharBackend open(String option, String specification, MachineControl machine) {
    String label = option + " " + specification;
    int colon = specification.indexOf(':');
    String kind = colon < 0 ? specification : specification.substring(0, colon);
    String rest = colon < 0 ? "" : specification.substring(colon + 1);
    return switch (kind) {
      case "none", "null" -> new NullBackend();
      case "stdio" ->
          ofStreams(label, machine, System.in, new FileOutputStream(FileDescriptor.out), false);
      case "file" -> file(label, machine, rest);
      case "tcp", "unix" -> socket(label, machine, kind.equals("tcp"), rest);
      default ->
          throw new VmmException(
              label + ": not one of none, null, stdio, file:PATH, tcp:HOST:PORT, unix:PATH");
    };
  }

  /**
   * A back end on two streams, read and written on threads of its own.
   *
   * @param in input, or null for none
   * @param closeOutput whether closing the back end closes {@code out}
   */
  public static CharBackend ofStreams(
      String label, MachineControl machine, InputStream in, OutputStream out, boolean closeOutput) {
    return new OutputBackend(label, machine, in, out, closeOutput);
  }

  private static CharBackend file(String label, MachineControl machine, String path) {
    if (path.isEmpty()) {
      throw new VmmException(label + ": no file name");
    }
    try {
      return ofStreams(label, machine, null, Files.newOutputStream(Path.of(path)), true);
    } catch (IOException e) {
      throw new VmmException(label + ": cannot write: " + e.getMessage(), e);
    }
  }

  private static CharBackend socket(
      String label, MachineControl machine, boolean tcp, String text) {
    String[] parts = text.split(",");
    boolean server = false;
    boolean wait = true;
    for (int i = 1; i < parts.length; i++) {
      switch (parts[i]) {
        case "server", "server=on" -> server = true;
        case "server=off" -> server = false;
        case "wait", "wait=on" -> wait = true;
        case "nowait", "wait=off" -> wait = false;
        case "nodelay", "nodelay=on", "nodelay=off" -> {}
        default -> throw new VmmException(label + ": unknown setting '" + parts[i] + "'");
      }
    }
    SocketAddress address =
        tcp ? tcpAddress(label, parts[0]) : UnixDomainSocketAddress.of(parts[0]);
    if (!server) {
      return SocketBackend.connect(label, machine, address);
    }
    return SocketBackend.listen(label, machine, address, wait);
  }

  private static InetSocketAddress tcpAddress(String label, String hostAndPort) {
    int colon = hostAndPort.lastIndexOf(':');
    int port = -1;
    if (colon >= 0) {
      try {
        port = Integer.parseInt(hostAndPort.substring(colon + 1));
      } catch (NumberFormatException e) {
        port = -1;
      }
    }
    if (port < 0 || port > 65535) {
      throw new VmmException(label + ": needs HOST:PORT with a port from 0 to 65535");
    }
    String host = hostAndPort.substring(0, colon);
    if (host.isEmpty()) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new VmmException(label + ": unknown host " + host);
    }
    return address;
  }
}
