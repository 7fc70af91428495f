package io.transvisor.console.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.transvisor.console.control.Operator;
import io.transvisor.console.rfb.RfbService;
import io.transvisor.console.rfb.handshake.HandshakeHandler;
import io.transvisor.console.socket.ConnectionListener;
import io.transvisor.core.error.VmmException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The TCP port of the web console. */
public final class WebServer implements AutoCloseable {
  /** Connections that are no WebSockets, from one address and altogether. */
  static final int MAX_OF_ONE_ADDRESS = 64;

  static final int MAX_CONNECTIONS = 128;

  /** Longest request line, header block and body, in bytes. */
  static final int MAX_REQUEST_LINE = 4096;

  static final int MAX_HEADERS = 16384;
  static final int MAX_BODY = 65536;

  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

  private final WebOptions options;
  private final RfbService viewers;

  /** For what takes long: neither the guest nor the viewers wait for it. */
  private final ExecutorService work;

  private final WebContext context;
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private SslContext tls;
  private Channel listener;

  /**
   * @param viewers serves the pages' consoles; outlives this port
   */
  public WebServer(RfbService viewers, Operator operator, WebOptions options) {
    this(
        viewers,
        operator,
        options,
        Executors.newSingleThreadExecutor(new DefaultThreadFactory("web", true)));
  }

  WebServer(RfbService viewers, Operator operator, WebOptions options, ExecutorService work) {
    this.work = work;
    this.options = options;
    this.viewers = viewers;
    context = new WebContext(viewers, operator, options, work);
  }

  /**
   * Opens the port.
   *
   * @return the address browsers can connect to
   * @throws VmmException when the port is in use, or the certificate cannot be used
   */
  public synchronized InetSocketAddress start() {
    tls = options.security().tls() == null ? null : options.security().tls().open();
    InetSocketAddress address =
        options.host().isEmpty()
            ? new InetSocketAddress(options.port())
            : new InetSocketAddress(options.host(), options.port());
    ChannelFuture future = ConnectionListener.open(address, viewers.loops(), this::accept);
    if (!future.isSuccess()) {
      throw new VmmException(
          "-web: cannot listen on port " + options.port() + ": " + future.cause().getMessage(),
          future.cause());
    }
    listener = future.channel();
    InetSocketAddress bound = (InetSocketAddress) listener.localAddress();
    LOG.info(
        "web console on port {}, {}{}",
        bound.getPort(),
        options.security().credentials().isRequired() ? "with password" : "no password",
        tls == null ? "" : ", encrypted");
    return bound;
  }

  void accept(Channel channel) {
    connections.add(channel);
    if (!context.quota.add(channel, WebHandler.address(channel))) {
      String peer = WebHandler.peer(channel);
      viewers.log().warn("web connection closed: there are too many, " + peer + " opens another");
    }
    channel.closeFuture().addListener(f -> context.quota.remove(channel));
    ChannelPipeline p = channel.pipeline();
    if (tls != null) {
      SslHandler ssl = tls.newHandler(channel.alloc());
      ssl.setHandshakeTimeout(HandshakeHandler.PROTOCOL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      p.addLast("tls", ssl);
    }
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_REQUEST_LINE)
            .setMaxHeaderSize(MAX_HEADERS);
    p.addLast("http", new HttpServerCodec(limits));
    p.addLast("whole", new HttpObjectAggregator(MAX_BODY, true));
    p.addLast("web", new WebHandler(context, () -> connections.remove(channel)));
  }

  /** Closes the port and the connections that are not consoles; does nothing the second time. */
  @Override
  public synchronized void close() {
    if (listener != null) {
      listener.close().awaitUninterruptibly();
      connections.close().awaitUninterruptibly();
      listener = null;
    }
    work.shutdownNow();
  }
}
