package io.transvisor.console.rfb;

import java.net.InetSocketAddress;

/** Told on the threads of connections who comes and goes; must not wait. */
public interface ViewerListener {
  /** A connection is there; the handshake begins. */
  void connected(InetSocketAddress peer);

  /** The viewer has been let in and sees the screen. */
  void initialised(InetSocketAddress peer);

  /** The connection is gone, whether its handshake was over or not. */
  void disconnected(InetSocketAddress peer);
}
