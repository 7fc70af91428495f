package io.transvisor.console.rfb;

import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.session.MachineActions;
import io.transvisor.core.display.Screen;
import io.transvisor.core.input.InputSink;
import java.net.InetSocketAddress;
import java.util.Optional;

/** A service with a port, as the program puts them together. */
final class VncTestServer implements AutoCloseable {
  private final RfbService service;
  private final VncServer server;

  VncTestServer(Screen screen, InputSink input, VncOptions options) {
    this(screen, input, Optional.empty(), options);
  }

  VncTestServer(
      Screen screen, InputSink input, Optional<MachineActions> actions, VncOptions options) {
    service =
        new RfbService(
            screen,
            input,
            actions,
            new ViewerOptions(
                options.desktopName(),
                KeyboardLayout.EN_US,
                options.sharePolicy(),
                options.idleSeconds()));
    server = new VncServer(service, options);
  }

  InetSocketAddress start() {
    return server.start();
  }

  int viewers() {
    return service.viewers();
  }

  void setKeyboardLights(int lights) {
    service.setKeyboardLights(lights);
  }

  @Override
  public void close() {
    server.close();
    service.close();
  }
}
