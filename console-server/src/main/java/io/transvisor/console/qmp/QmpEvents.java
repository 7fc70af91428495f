package io.transvisor.console.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.transvisor.console.control.OperatorListener;
import io.transvisor.console.rfb.ViewerListener;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.function.Consumer;

/** What becomes of the machine and its viewers, as events. */
final class QmpEvents implements OperatorListener, ViewerListener {
  private final ObjectMapper json;
  private final Consumer<ObjectNode> receivers;

  /** A client's command is the reason for what comes. */
  private volatile boolean quitting;

  QmpEvents(ObjectMapper json, Consumer<ObjectNode> receivers) {
    this.json = json;
    this.receivers = receivers;
  }

  /** The end of the run that comes is one that a client asked for. */
  void quitAsked() {
    quitting = true;
  }

  private void send(String name, JsonNode data) {
    Instant now = Instant.now();
    ObjectNode event = json.createObjectNode();
    event
        .putObject("timestamp")
        .put("seconds", now.getEpochSecond())
        .put("microseconds", now.getNano() / 1000);
    event.put("event", name);
    if (data != null) {
      event.set("data", data);
    }
    receivers.accept(event);
  }

  private ObjectNode cause(boolean byGuest, String reason) {
    return json.createObjectNode().put("guest", byGuest).put("reason", reason);
  }

  @Override
  public void stopped(StopCause cause) {
    send("STOP", null);
  }

  @Override
  public void resumed() {
    send("RESUME", null);
  }

  @Override
  public void reset(boolean byGuest) {
    send("RESET", cause(byGuest, byGuest ? "guest-reset" : "host-qmp-system-reset"));
  }

  @Override
  public void ended(boolean byGuest, int exitCode) {
    String reason = byGuest ? "guest-shutdown" : quitting ? "host-qmp-quit" : "host-signal";
    send("SHUTDOWN", cause(byGuest, reason));
  }

  @Override
  public void powerButtonPressed() {
    send("POWERDOWN", null);
  }

  @Override
  public void trayMoved(String drive, boolean open) {
    send(
        "DEVICE_TRAY_MOVED",
        json.createObjectNode().put("device", drive).put("id", drive).put("tray-open", open));
  }

  @Override
  public void connected(InetSocketAddress peer) {
    viewer("VNC_CONNECTED", peer);
  }

  @Override
  public void initialised(InetSocketAddress peer) {
    viewer("VNC_INITIALIZED", peer);
  }

  @Override
  public void disconnected(InetSocketAddress peer) {
    viewer("VNC_DISCONNECTED", peer);
  }

  private void viewer(String name, InetSocketAddress peer) {
    ObjectNode data = json.createObjectNode();
    data.set("client", address(json, peer));
    send(name, data);
  }

  /** An address as QEMU describes those of VNC. */
  static ObjectNode address(ObjectMapper json, InetSocketAddress address) {
    return json.createObjectNode()
        .put("host", address.getAddress().getHostAddress())
        .put("service", String.valueOf(address.getPort()))
        .put("family", address.getAddress() instanceof Inet6Address ? "ipv6" : "ipv4")
        .put("websocket", false);
  }
}
