package io.transvisor.console.rfb;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.transvisor.console.rfb.handshake.HandshakeHandler;
import io.transvisor.console.rfb.input.GuestKeyboard;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.console.rfb.message.ClientMessageDecoder;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.SecurityType;
import io.transvisor.console.rfb.session.Desktop;
import io.transvisor.console.rfb.session.MachineActions;
import io.transvisor.console.rfb.session.RfbSession;
import io.transvisor.console.socket.ConnectionQuota;
import io.transvisor.console.socket.PeerLog;
import io.transvisor.core.display.Screen;
import io.transvisor.core.input.InputSink;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * Shows one guest's screen to viewers, and types and points for them, whatever their connections
 * are: TCP, or WebSocket.
 */
public final class RfbService implements AutoCloseable {
  /** Connections at a time, those still in the handshake included. */
  static final int MAX_CONNECTIONS = 128;

  /** Connections still in the handshake, from one address and altogether. */
  static final int MAX_PENDING_OF_ONE_ADDRESS = 32;

  static final int MAX_PENDING = 64;

  private static final int THREADS = 2;

  private final Desktop desktop;
  private final ViewerOptions options;
  private final ScreenWatch watch;
  private final FailureLockout lockout = new FailureLockout(System::nanoTime);
  private final ConnectionQuota pending =
      new ConnectionQuota(MAX_PENDING_OF_ONE_ADDRESS, MAX_PENDING);
  private final PeerLog log = new PeerLog(System::nanoTime);
  private final Set<ViewerConnection> viewers = ConcurrentHashMap.newKeySet();
  private final List<ViewerListener> listeners = new CopyOnWriteArrayList<>();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(
          THREADS, new DefaultThreadFactory("console", true), NioIoHandler.newFactory());

  /**
   * @param actions what viewers may do to the machine
   */
  public RfbService(
      Screen screen, InputSink input, Optional<MachineActions> actions, ViewerOptions options) {
    desktop =
        new Desktop(
            screen,
            new GuestKeyboard(input, options.keyboard()),
            new GuestPointer(input),
            options.desktopName(),
            actions);
    watch = new ScreenWatch(screen, System::nanoTime);
    this.options = options;
  }

  /** The threads that serve connections. */
  public EventLoopGroup loops() {
    return loops;
  }

  /** Remembers wrong passwords, whichever way they came. */
  public FailureLockout lockout() {
    return lockout;
  }

  public Desktop desktop() {
    return desktop;
  }

  /** For what clients do, whichever way they came. */
  public PeerLog log() {
    return log;
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

  /** The guest has started to listen to its mouse; callable from any thread. */
  public void pointerRestarted() {
    desktop.pointer().restarted();
  }

  /** Where the viewers that see the screen now come from. */
  public List<InetSocketAddress> viewerAddresses() {
    return viewers.stream().map(ViewerConnection::address).filter(Objects::nonNull).toList();
  }

  /** Tells a listener who comes and goes from now on. */
  public void addListener(ViewerListener listener) {
    listeners.add(listener);
  }

  /** Number of viewers that see the screen now. */
  public int viewers() {
    return viewers.size();
  }

  // ---- connections; on their event loops ----

  /**
   * Serves a connection from now on; bytes go in and out at the end of its pipeline.
   *
   * @param offered the ways to be let in
   */
  public void accept(Channel channel, List<SecurityType> offered) {
    if (connections.size() >= MAX_CONNECTIONS) {
      log.warn("VNC connection refused: there are " + MAX_CONNECTIONS + " already");
      channel.close();
      return;
    }
    InetAddress peer =
        channel.remoteAddress() instanceof InetSocketAddress a ? a.getAddress() : null;
    if (!pending.add(channel, peer)) {
      log.warn("VNC connection closed: too many are in the handshake, " + peer + " opens another");
    }
    connections.add(channel);
    watch.acquire();
    InetSocketAddress address = channel.remoteAddress() instanceof InetSocketAddress a ? a : null;
    channel
        .closeFuture()
        .addListener(f -> {
          pending.remove(channel);
          watch.release();
          tell(address, ViewerListener::disconnected);
        });
    tell(address, ViewerListener::connected);
    ViewerConnection connection = new ViewerConnection(this);
    HandshakeHandler handshake =
        new HandshakeHandler(
            offered,
            lockout,
            peer,
            (ctx, access, shared) -> initialised(ctx, connection, access, shared));
    channel.pipeline().addLast("handshake", handshake).addLast("connection", connection);
  }

  private void tell(InetSocketAddress address, BiConsumer<ViewerListener, InetSocketAddress> what) {
    if (address != null) {
      listeners.forEach(l -> what.accept(l, address));
    }
  }

  /** ClientInit has come: the viewer goes on when the picture is fresh. */
  private void initialised(
      ChannelHandlerContext ctx, ViewerConnection connection, Access access, boolean shared) {
    pending.remove(ctx.channel());
    if (!shared && options.sharePolicy() == SharePolicy.FORCE_SHARED) {
      connection.disconnect("it asked for exclusive access, which share=force-shared forbids");
      return;
    }
    ctx.channel().config().setAutoRead(false);
    Runnable next =
        () -> {
          if (ctx.channel().isActive()) {
            startSession(ctx, connection, access, shared);
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
      ChannelHandlerContext ctx, ViewerConnection connection, Access access, boolean shared) {
    synchronized (viewers) {
      if (!shared
          && options.sharePolicy() == SharePolicy.ALLOW_EXCLUSIVE
          && access == Access.FULL) {
        for (ViewerConnection other : viewers) {
          other.disconnect("another viewer asked for exclusive access");
        }
      }
      viewers.add(connection);
    }
    connection.startViewing(access, shared);
    tell(connection.address(), ViewerListener::initialised);
    RfbSession session = new RfbSession(desktop, access);
    ctx.pipeline().addBefore(ctx.name(), "patience", new ViewerPatience(options.idleSeconds()));
    ctx.pipeline().addAfter(ctx.name(), "session", session);
    ctx.pipeline().addAfter(ctx.name(), "pace", new MessagePacer(System::nanoTime));
    ctx.pipeline().replace(ctx.name(), "messages", new ClientMessageDecoder());
    ctx.channel().config().setAutoRead(true);
  }

  void left(ViewerConnection connection) {
    viewers.remove(connection);
  }

  /** Disconnects everybody; does nothing the second time. */
  @Override
  public void close() {
    connections.close().awaitUninterruptibly();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
