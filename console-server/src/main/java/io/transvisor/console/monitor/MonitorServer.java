package io.transvisor.console.monitor;

import io.transvisor.console.socket.Endpoint;
import io.transvisor.console.socket.StreamServer;
import io.transvisor.core.error.VmmException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the monitor's users come from: {@code stdio}, {@code tcp:[HOST]:PORT,server,nowait} or
 * {@code unix:PATH,server,nowait}. Whoever connects commands the machine and reads and writes files
 * as we may, so TCP is for this host only.
 */
public final class MonitorServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MonitorServer.class);
  private static final int MOST_USERS = 16;

  /** Null where standard input is the only user. */
  private final StreamServer server;

  private MonitorServer(StreamServer server) {
    this.server = server;
  }

  /**
   * @param specification the argument of {@code -monitor}
   * @param commands made anew for each user
   * @throws VmmException if it is not understood, or the address cannot be had
   */
  public static MonitorServer open(String specification, Supplier<MonitorCommands> commands) {
    if (specification.equals("stdio")) {
      startOnTerminal(commands.get());
      return new MonitorServer(null);
    }
    Endpoint endpoint =
        Endpoint.parse(
                "-monitor",
                specification,
                "stdio, tcp:[HOST]:PORT,server,nowait, unix:PATH,server,nowait or none")
            .requireServer()
            .requireThisHost();
    return new MonitorServer(
        new StreamServer(
            endpoint, MOST_USERS, (in, out) -> new MonitorSession(commands.get(), in, out).run()));
  }

  /** Standard input blocks whoever reads it, and must not keep the process alive. */
  private static void startOnTerminal(MonitorCommands commands) {
    Thread.ofPlatform()
        .daemon()
        .name("monitor")
        .start(() -> {
          try {
            if (System.console() != null && System.console().isTerminal()) {
              new TerminalSession(commands).run();
            } else {
              OutputStream out = new FileOutputStream(FileDescriptor.out);
              new MonitorSession(commands, System.in, out).run();
            }
          } catch (IOException e) {
            LOG.debug("monitor: {}", e.getMessage());
          }
        });
  }

  /** The address listened on, or null. */
  SocketAddress localAddress() {
    return server == null ? null : server.localAddress();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
  }
}
