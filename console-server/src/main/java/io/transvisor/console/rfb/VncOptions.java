package io.transvisor.console.rfb;

import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.SecurityPolicy;
import java.util.Objects;

/**
 * Where the VNC server listens and whom it lets in.
 *
 * @param host address or name to listen on; empty for all interfaces
 * @param port first TCP port tried; 0 takes any free port
 * @param lastPort last TCP port tried when the earlier ones are in use; equal to {@code port} for
 *     exactly that one
 * @param sharePolicy what the viewers' shared flag means
 * @param idleSeconds a viewer that sends nothing for so long is disconnected; 0 for never
 * @param desktopName name viewers show in their title bar
 */
public record VncOptions(
    String host,
    int port,
    int lastPort,
    SecurityPolicy security,
    SharePolicy sharePolicy,
    int idleSeconds,
    String desktopName) {
  /** The port of display 0. */
  public static final int BASE_PORT = 5900;

  /** The address used when only viewers on this host may connect. */
  public static final String LOOPBACK = "127.0.0.1";

  private static final int DEFAULT_PORTS_TRIED = 100;

  public VncOptions {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(security, "security");
    Objects.requireNonNull(sharePolicy, "sharePolicy");
    Objects.requireNonNull(desktopName, "desktopName");
    if (port < 0 || lastPort > 65535 || lastPort < port) {
      throw new IllegalArgumentException("port range " + port + " to " + lastPort);
    }
  }

  /** Exactly this address and port; password may be null. */
  public VncOptions(String host, int port, String password, String desktopName) {
    this(
        host,
        port,
        port,
        new SecurityPolicy(Credentials.of(password), null, false),
        SharePolicy.ALLOW_EXCLUSIVE,
        0,
        desktopName);
  }

  /**
   * What holds when the user says nothing: this host only, display 0 or the next free one, no
   * password.
   */
  public static VncOptions defaults(String desktopName) {
    return new VncOptions(
        LOOPBACK,
        BASE_PORT,
        BASE_PORT + DEFAULT_PORTS_TRIED - 1,
        SecurityPolicy.OPEN,
        SharePolicy.ALLOW_EXCLUSIVE,
        0,
        desktopName);
  }
}
