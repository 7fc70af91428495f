package io.transvisor.console.rfb;

import java.util.Objects;

/**
 * Where the VNC server listens and whom it lets in.
 *
 * @param host address or name to listen on; empty for all interfaces
 * @param port first TCP port tried; 0 takes any free port
 * @param lastPort last TCP port tried when the earlier ones are in use; equal to {@code port} for
 *     exactly that one
 * @param password password of VNC Authentication, of which the protocol uses the first eight bytes,
 *     or null for none
 * @param insecure whether other hosts may connect without a password
 * @param sharePolicy what the viewers' shared flag means
 * @param desktopName name viewers show in their title bar
 */
public record VncOptions(
    String host,
    int port,
    int lastPort,
    String password,
    boolean insecure,
    SharePolicy sharePolicy,
    String desktopName) {
  /** The port of display 0. */
  public static final int BASE_PORT = 5900;

  /** The address used when only viewers on this host may connect. */
  public static final String LOOPBACK = "127.0.0.1";

  private static final int DEFAULT_PORTS_TRIED = 100;

  public VncOptions {
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(sharePolicy, "sharePolicy");
    Objects.requireNonNull(desktopName, "desktopName");
    if (port < 0 || lastPort > 65535 || lastPort < port) {
      throw new IllegalArgumentException("port range " + port + " to " + lastPort);
    }
  }

  /** Exactly this address and port; password may be null. */
  public VncOptions(String host, int port, String password, String desktopName) {
    this(host, port, port, password, false, SharePolicy.ALLOW_EXCLUSIVE, desktopName);
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
        null,
        false,
        SharePolicy.ALLOW_EXCLUSIVE,
        desktopName);
  }

  /** Leaves the password out, so that options can be logged. */
  @Override
  public String toString() {
    return "VncOptions[host=%s, port=%d-%d, password=%s, insecure=%s, share=%s, name=%s]"
        .formatted(
            host,
            port,
            lastPort,
            password == null ? "none" : "set",
            insecure,
            sharePolicy.optionValue(),
            desktopName);
  }
}
