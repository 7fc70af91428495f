package io.transvisor.console.monitor;

import io.transvisor.console.control.Operator;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.InputSink;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the monitor's users come from: {@code stdio}, {@code tcp:[HOST]:PORT,server,nowait} or
 * {@code unix:PATH,server,nowait}. Whoever connects commands the machine and reads and writes files
 * as we may, so TCP is for this host only.
 */
public final class MonitorServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MonitorServer.class);

  private final Operator operator;
  private final InputSink input;
  private final List<AutoCloseable> open = new ArrayList<>();
  private ServerSocketChannel listener;
  private Path socketFile;

  private MonitorServer(Operator operator, InputSink input) {
    this.operator = operator;
    this.input = input;
  }

  /**
   * @param specification the argument of {@code -monitor}
   * @throws VmmException if it is not understood, or the address cannot be had
   */
  public static MonitorServer open(String specification, Operator operator, InputSink input) {
    MonitorServer server = new MonitorServer(operator, input);
    if (specification.equals("stdio")) {
      // Standard input stays open: closing it would wait for whoever reads it.
      server.serve("stdio", System.in, new FileOutputStream(FileDescriptor.out), () -> {});
      return server;
    }
    String[] parts = specification.split(",");
    SocketAddress address = address(specification, parts[0]);
    boolean listens = false;
    for (int i = 1; i < parts.length; i++) {
      listens |= parts[i].equals("server") || parts[i].equals("server=on");
    }
    if (!listens) {
      throw error(specification, "add ,server,nowait: the monitor waits for connections");
    }
    server.listen(specification, address);
    return server;
  }

  private static VmmException error(String specification, String what) {
    return new VmmException("-monitor " + specification + ": " + what);
  }

  private static SocketAddress address(String specification, String text) {
    if (text.startsWith("unix:")) {
      return UnixDomainSocketAddress.of(text.substring("unix:".length()));
    }
    if (!text.matches("tcp:.*:[0-9]{1,5}")) {
      throw error(
          specification,
          "expected stdio, tcp:[HOST]:PORT,server,nowait, unix:PATH,server,nowait or none");
    }
    int colon = text.lastIndexOf(':');
    String host = text.substring("tcp:".length(), colon);
    int port = Integer.parseInt(text.substring(colon + 1));
    if (port > 65535) {
      throw error(specification, "ports are 0 to 65535");
    }
    InetSocketAddress address = new InetSocketAddress(host.isEmpty() ? "127.0.0.1" : host, port);
    if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
      throw error(
          specification, "the monitor has no password and listens on this host only (127.0.0.1)");
    }
    return address;
  }

  private void listen(String specification, SocketAddress address) {
    try {
      if (address instanceof UnixDomainSocketAddress unix) {
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        socketFile = unix.getPath();
      } else {
        listener = ServerSocketChannel.open();
      }
      listener.bind(address);
    } catch (IOException e) {
      throw error(specification, "cannot listen: " + e.getMessage());
    }
    Thread.ofVirtual().name("monitor").start(this::acceptAll);
  }

  /** The address listened on, or null. */
  SocketAddress localAddress() throws IOException {
    return listener == null ? null : listener.getLocalAddress();
  }

  private void acceptAll() {
    try {
      while (listener.isOpen()) {
        SocketChannel channel = listener.accept();
        serve(
            String.valueOf(channel.getRemoteAddress()),
            Channels.newInputStream(channel),
            Channels.newOutputStream(channel),
            channel);
      }
    } catch (IOException e) {
      LOG.debug("monitor: {}", e.getMessage());
    }
  }

  private void serve(String peer, InputStream in, OutputStream out, AutoCloseable connection) {
    synchronized (open) {
      open.add(connection);
    }
    MonitorCommands commands = new MonitorCommands(operator, input);
    // Standard input blocks whoever reads it, and must not keep the process alive.
    Thread.ofPlatform()
        .daemon()
        .name("monitor " + peer)
        .start(() -> {
          try (connection) {
            new MonitorSession(commands, in, out).run();
          } catch (Exception e) {
            LOG.debug("monitor {}: {}", peer, e.getMessage());
          }
          synchronized (open) {
            open.remove(connection);
          }
        });
  }

  @Override
  public void close() {
    List<AutoCloseable> connections;
    synchronized (open) {
      connections = List.copyOf(open);
    }
    try {
      if (listener != null) {
        listener.close();
      }
      if (socketFile != null) {
        Files.deleteIfExists(socketFile);
      }
      for (AutoCloseable connection : connections) {
        connection.close();
      }
    } catch (Exception e) {
      LOG.debug("monitor: {}", e.getMessage());
    }
  }
}
