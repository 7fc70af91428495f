package io.transvisor.console.qmp;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.transvisor.console.control.Installation;
import io.transvisor.console.control.Operator;
import io.transvisor.console.monitor.MonitorCommands;
import io.transvisor.console.rfb.ViewerListener;
import io.transvisor.console.socket.Endpoint;
import io.transvisor.console.socket.StreamServer;
import io.transvisor.core.input.InputSink;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * QMP at a socket: {@code tcp:[HOST]:PORT,server,nowait} or {@code unix:PATH,server,nowait}. Who
 * connects commands the machine, so TCP is for this host only.
 */
public final class QmpServer implements AutoCloseable {
  private static final int MOST_CLIENTS = 16;

  private final ObjectMapper json = new ObjectMapper();
  private final Set<QmpSession> sessions = ConcurrentHashMap.newKeySet();
  private final QmpEvents events = new QmpEvents(json, this::send);
  private final Operator operator;
  private final StreamServer server;

  /**
   * @param specification the argument of {@code -qmp}
   * @param monitor makes the commands behind human-monitor-command
   * @throws io.transvisor.core.error.VmmException if it is not understood, or the address cannot be
   *     had
   */
  public QmpServer(
      String specification,
      Operator operator,
      InputSink input,
      Installation installation,
      Supplier<MonitorCommands> monitor) {
    this.operator = operator;
    Endpoint endpoint =
        Endpoint.parse(
                "-qmp", specification, "tcp:[HOST]:PORT,server,nowait or unix:PATH,server,nowait")
            .requireServer()
            .requireThisHost();
    operator.addListener(events);
    server =
        new StreamServer(
            endpoint,
            MOST_CLIENTS,
            (in, out) ->
                serve(
                    new QmpCommands(json, operator, input, installation, monitor.get(), events),
                    in,
                    out));
  }

  private void serve(QmpCommands commands, InputStream in, OutputStream out) throws IOException {
    QmpSession session = new QmpSession(json, commands, in, out);
    sessions.add(session);
    try {
      session.run();
    } finally {
      sessions.remove(session);
    }
  }

  private void send(ObjectNode event) {
    sessions.forEach(s -> s.event(event));
  }

  /** Hears of viewers, for the events about them. */
  public ViewerListener viewerListener() {
    return events;
  }

  public SocketAddress localAddress() {
    return server.localAddress();
  }

  /** Clients get what waits for them. */
  @Override
  public void close() {
    operator.removeListener(events);
    sessions.forEach(QmpSession::finish);
    server.close();
  }
}
