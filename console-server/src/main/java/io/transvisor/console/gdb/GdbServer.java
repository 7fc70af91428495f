package io.transvisor.console.gdb;

import io.transvisor.console.control.Operator;
import io.transvisor.console.monitor.MonitorCommands;
import io.transvisor.console.socket.Endpoint;
import io.transvisor.console.socket.StreamServer;
import java.net.SocketAddress;
import java.util.function.Supplier;

/**
 * Waits for debuggers, one at a time. Who connects commands the machine; other hosts can only if
 * the option names an address they reach.
 */
public final class GdbServer implements AutoCloseable {
  /** QEMU's {@code -s}. */
  public static final String DEFAULT = "tcp::1234";

  private final StreamServer server;

  /**
   * @param specification the argument of {@code -gdb}
   * @param monitor makes the commands behind GDB's {@code monitor}
   * @throws io.transvisor.core.error.VmmException if it is not understood, or the address cannot be
   *     had
   */
  public GdbServer(String specification, Operator operator, Supplier<MonitorCommands> monitor) {
    Endpoint endpoint = Endpoint.parse("-gdb", specification, "tcp:[HOST]:PORT or unix:PATH");
    server =
        new StreamServer(
            endpoint,
            1,
            (in, out) -> new GdbSession(operator, monitor.get(), new PacketStream(in, out)).run());
  }

  public SocketAddress localAddress() {
    return server.localAddress();
  }

  @Override
  public void close() {
    server.close();
  }
}
