package io.transvisor.console.rfb;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.PasswordGate;
import io.transvisor.console.rfb.security.SecurityObjects;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.SecurityType;
import io.transvisor.console.rfb.security.VncAuthentication;
import io.transvisor.console.socket.ConnectionListener;
import io.transvisor.core.error.VmmException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TCP port at which VNC viewers connect. */
public final class VncServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VncServer.class);

  private final RfbService service;
  private final VncOptions options;
  private final PasswordGate gate;
  private Channel listener;

  /**
   * @param service serves those who connect; it outlives the port
   */
  public VncServer(RfbService service, VncOptions options) {
    this.service = service;
    this.options = options;
    gate = new PasswordGate(options.security().credentials());
  }

  /**
   * Reads the argument of {@code -vnc}: {@code none}, or {@code
   * [HOST]:N[,password-file=F][,tls=on][,to=L][,share=...][,insecure=on]...}.
   *
   * @param objects what its {@code tls-creds} and {@code password-secret} refer to
   * @return empty for {@code none}
   * @throws VmmException when it is not understood
   */
  public static Optional<VncOptions> parse(
      String argument, SecurityObjects objects, String desktopName) {
    return VncOptionParser.parse(argument, objects, desktopName);
  }

  /** Changes the password that viewers are asked for. */
  public PasswordGate gate() {
    return gate;
  }

  /**
   * Opens the port.
   *
   * @return the address viewers can connect to
   * @throws VmmException when the port is in use, the host unknown or the guest would be open to
   *     the network
   */
  public synchronized InetSocketAddress start() {
    if (listener != null) {
      throw new IllegalStateException("already started");
    }
    InetAddress address = address();
    SecurityPolicy policy = options.security();
    Credentials credentials = policy.credentials();
    if (!credentials.isRequired() && !policy.insecure() && !address.isLoopbackAddress()) {
      throw new VmmException(
          "VNC on "
              + (options.host().isEmpty() ? "all interfaces" : options.host())
              + " without a password would give the guest to everybody on the network;"
              + " add ,password-file=FILE to -vnc, or ,insecure=on if that is meant");
    }
    List<SecurityType> types =
        SecurityPolicy.types(gate, policy.tls() == null ? null : policy.tls().open());
    listener = bind(address, types);
    String password = credentials.password();
    if (password != null
        && policy.tls() == null
        && password.length() > VncAuthentication.KEY_LENGTH) {
      LOG.warn(
          "only the first {} characters of the VNC password count", VncAuthentication.KEY_LENGTH);
    }
    InetSocketAddress bound = (InetSocketAddress) listener.localAddress();
    LOG.debug(
        "VNC server on {}:{}, {}",
        bound.getAddress().getHostAddress(),
        bound.getPort(),
        (credentials.isRequired() ? "with password" : "no password")
            + (policy.tls() == null ? "" : ", encrypted"));
    return bound;
  }

  private InetAddress address() {
    try {
      return options.host().isEmpty()
          ? new InetSocketAddress(0).getAddress()
          : InetAddress.getByName(options.host());
    } catch (UnknownHostException e) {
      throw new VmmException("VNC: unknown host " + options.host(), e);
    }
  }

  private Channel bind(InetAddress address, List<SecurityType> types) {
    for (int port = options.port(); ; port++) {
      ChannelFuture future =
          ConnectionListener.open(
              new InetSocketAddress(address, port),
              service.loops(),
              channel -> service.accept(channel, types));
      if (future.isSuccess()) {
        return future.channel();
      }
      if (!(future.cause() instanceof BindException) || port == options.lastPort()) {
        throw bindError(address, future.cause());
      }
    }
  }

  private VmmException bindError(InetAddress address, Throwable cause) {
    String ports =
        options.port() == options.lastPort()
            ? String.valueOf(options.port())
            : options.port() + " to " + options.lastPort();
    String remedy =
        options.port() >= VncOptions.BASE_PORT
            ? "; choose another display with -vnc HOST:N, or -vnc none"
            : "";
    return new VmmException(
        "VNC: cannot listen on "
            + address.getHostAddress()
            + " port "
            + ports
            + ": "
            + cause.getMessage()
            + remedy,
        cause);
  }

  /** Closes the port; does nothing the second time. */
  @Override
  public synchronized void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
      listener = null;
    }
  }
}
