package io.transvisor.console.rfb;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.transvisor.console.rfb.handshake.HandshakeHandler;
import io.transvisor.console.rfb.input.GuestKeyboard;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.console.rfb.message.ClientMessageDecoder;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.VncAuthentication;
import io.transvisor.console.rfb.session.Desktop;
import io.transvisor.console.rfb.session.MachineActions;
import io.transvisor.console.rfb.session.RfbSession;
import io.transvisor.core.display.Screen;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.input.InputSink;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a guest's screen to VNC viewers and types and points for them. */
public final class VncServer implements AutoCloseable {
  /** Connections at a time, those still in the handshake included. */
  static final int MAX_CONNECTIONS = 64;

  private static final int THREADS = 2;
  private static final int BACKLOG = 16;
  private static final Logger LOG = LoggerFactory.getLogger(VncServer.class);

  private final Desktop desktop;
  private final VncOptions options;
  private final ScreenWatch watch;
  private final VncAuthentication authentication;
  private final FailureLockout lockout = new FailureLockout(System::nanoTime);
  private final Set<ViewerConnection> viewers = ConcurrentHashMap.newKeySet();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private EventLoopGroup loops;
  private Channel listener;

  /** A server whose viewers cannot restart the machine. */
  public VncServer(Screen screen, InputSink input, VncOptions options) {
    this(screen, input, Optional.empty(), options);
  }

  /**
   * @param actions what viewers may do to the machine
   */
  public VncServer(
      Screen screen, InputSink input, Optional<MachineActions> actions, VncOptions options) {
    this.options = options;
    desktop =
        new Desktop(
            screen,
            new GuestKeyboard(input),
            new GuestPointer(input),
            options.desktopName(),
            actions);
    watch = new ScreenWatch(screen, System::nanoTime);
    authentication = options.password() == null ? null : new VncAuthentication(options.password());
  }

  /**
   * Reads the argument of {@code -vnc}: {@code none}, or {@code
   * [HOST]:N[,password-file=F][,to=L][,share=...][,insecure=on]}.
   *
   * @return empty for {@code none}
   * @throws VmmException when it is not understood
   */
  public static Optional<VncOptions> parse(String argument, String desktopName) {
    return VncOptionParser.parse(argument, desktopName);
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
    if (options.password() == null && !options.insecure() && !address.isLoopbackAddress()) {
      throw new VmmException(
          "VNC on "
              + (options.host().isEmpty() ? "all interfaces" : options.host())
              + " without a password would give the guest to everybody on the network;"
              + " add ,password-file=FILE to -vnc, or ,insecure=on if that is meant");
    }
    loops =
        new MultiThreadIoEventLoopGroup(
            THREADS, new DefaultThreadFactory("vnc", true), NioIoHandler.newFactory());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    try {
      listener = bind(bootstrap, address);
    } finally {
      if (listener == null) {
        stopLoops();
      }
    }
    if (options.password() != null && options.password().length() > VncAuthentication.KEY_LENGTH) {
      LOG.warn(
          "only the first {} characters of the VNC password count", VncAuthentication.KEY_LENGTH);
    }
    InetSocketAddress bound = (InetSocketAddress) listener.localAddress();
    LOG.info(
        "VNC server on {}:{}, {}",
        bound.getAddress().getHostAddress(),
        bound.getPort(),
        authentication != null ? "with password" : "no password");
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

  private Channel bind(ServerBootstrap bootstrap, InetAddress address) {
    for (int port = options.port(); ; port++) {
      ChannelFuture future = bootstrap.bind(address, port).awaitUninterruptibly();
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

  /**
   * The guest's keyboard lights have changed: keeps letters and the number pad right, and viewers'
   * own lights if they can. Callable from any thread.
   *
   * @param lights bit 0 scroll lock, 1 num lock, 2 caps lock
   */
  public void setKeyboardLights(int lights) {
    desktop.keyboard().setLights(lights);
    for (Channel connection : connections) {
      connection.pipeline().fireUserEventTriggered(Desktop.LIGHTS_CHANGED);
    }
  }

  /** Number of viewers that see the screen now. */
  public int viewers() {
    return viewers.size();
  }

  // ---- connections; on their event loops ----

  private void accept(Channel channel) {
    if (connections.size() >= MAX_CONNECTIONS) {
      LOG.warn("VNC connection refused: there are {} already", MAX_CONNECTIONS);
      channel.close();
      return;
    }
    connections.add(channel);
    watch.acquire();
    channel.closeFuture().addListener(f -> watch.release());
    ViewerConnection connection = new ViewerConnection(this);
    InetAddress peer =
        channel.remoteAddress() instanceof InetSocketAddress a ? a.getAddress() : null;
    HandshakeHandler handshake =
        new HandshakeHandler(
            authentication, lockout, peer, (ctx, shared) -> initialised(ctx, connection, shared));
    channel.pipeline().addLast(handshake, connection);
  }

  /** ClientInit has come: the viewer goes on when the picture is fresh. */
  private void initialised(ChannelHandlerContext ctx, ViewerConnection connection, boolean shared) {
    if (!shared && options.sharePolicy() == SharePolicy.FORCE_SHARED) {
      connection.disconnect("it asked for exclusive access, which share=force-shared forbids");
      return;
    }
    ctx.channel().config().setAutoRead(false);
    Runnable next =
        () -> {
          if (ctx.channel().isActive()) {
            startSession(ctx, connection, shared);
          }
        };
    long wait = watch.nanosUntilFresh();
    if (wait == 0) {
      // Not at once: this is called from within the handler about to be replaced.
      ctx.executor().execute(next);
    } else {
      ctx.executor().schedule(next, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void startSession(
      ChannelHandlerContext ctx, ViewerConnection connection, boolean shared) {
    synchronized (viewers) {
      if (!shared && options.sharePolicy() == SharePolicy.ALLOW_EXCLUSIVE) {
        for (ViewerConnection other : viewers) {
          other.disconnect("another viewer asked for exclusive access");
        }
      }
      viewers.add(connection);
    }
    connection.startViewing(shared);
    RfbSession session = new RfbSession(desktop);
    ctx.pipeline().addAfter(ctx.name(), "session", session);
    ctx.pipeline().replace(ctx.name(), "messages", new ClientMessageDecoder());
    ctx.channel().config().setAutoRead(true);
  }

  void left(ViewerConnection connection) {
    viewers.remove(connection);
  }

  /** Disconnects everybody and closes the port; does nothing the second time. */
  @Override
  public synchronized void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
      connections.close().awaitUninterruptibly();
      stopLoops();
      listener = null;
    }
  }

  private void stopLoops() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
