package io.transvisor.console.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketServerProtocolHandler.HandshakeComplete;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.rfb.ViewerPatience;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.console.rfb.security.NoAuthentication;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.SecurityType;
import io.transvisor.console.rfb.session.UnreadAnswers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Turns a request into a WebSocket: a console, or the status feed (RFC 6455). */
final class WebSockets {
  /** Largest frame; viewers send small messages, however they are framed. */
  static final int MAX_FRAME = 65536;

  /** noVNC names this subprotocol, or none. */
  private static final String SUBPROTOCOL = "binary";

  /** The version of the protocol, as the header has it (RFC 6455). */
  static final String VERSION = "13";

  private static final long HANDSHAKE_MILLIS = 20_000;

  private WebSockets() {}

  /**
   * A viewer.
   *
   * @param access of the browser's session; without one it must show the password as any viewer
   * @param then told when the connection is no longer one for requests
   */
  static void console(
      ChannelHandlerContext ctx,
      FullHttpRequest request,
      WebContext web,
      Optional<Access> access,
      Consumer<Channel> then) {
    List<SecurityType> offered =
        access
            .<List<SecurityType>>map(a -> List.of(new NoAuthentication(a)))
            .orElseGet(() -> SecurityPolicy.types(web.gate, null));
    upgrade(
        ctx,
        request,
        new Upgrade() {
          @Override
          void upgraded(ChannelHandlerContext context) {
            then.accept(context.channel());
            ChannelPipeline p = context.pipeline();
            p.addLast("frames", new FrameAdapter());
            web.viewers.accept(context.channel(), offered);
          }
        });
  }

  /**
   * A page that wants to know how the machine is.
   *
   * @param then told when the connection is no longer one for requests
   */
  static void statusFeed(
      ChannelHandlerContext ctx, FullHttpRequest request, WebContext web, Consumer<Channel> then) {
    upgrade(
        ctx,
        request,
        new Upgrade() {
          @Override
          void upgraded(ChannelHandlerContext context) {
            then.accept(context.channel());
            context.pipeline().addLast("patience", new ViewerPatience(0));
            context.pipeline().addLast("deaf", new Deaf());
            web.feed.add(context.channel());
          }
        });
  }

  private static void upgrade(ChannelHandlerContext ctx, FullHttpRequest request, Upgrade then) {
    WebSocketServerProtocolConfig config =
        WebSocketServerProtocolConfig.newBuilder()
            .websocketPath(request.uri())
            .subprotocols(SUBPROTOCOL)
            .handshakeTimeoutMillis(HANDSHAKE_MILLIS)
            .decoderConfig(
                WebSocketDecoderConfig.newBuilder()
                    .maxFramePayloadLength(MAX_FRAME)
                    .allowExtensions(false)
                    .expectMaskedFrames(true)
                    .build())
            .build();
    ChannelPipeline p = ctx.pipeline();
    p.addLast("pings", new Pings());
    p.addLast("websocket", new WebSocketServerProtocolHandler(config));
    p.addLast("upgrade", then);
    // From here on the new handlers read; the request is theirs.
    ctx.fireChannelRead(request.retain());
    p.remove(ctx.handler());
    ctx.channel().config().setAutoRead(true);
  }

  /** Waits for the end of the WebSocket handshake. */
  private abstract static class Upgrade extends ChannelInboundHandlerAdapter {
    private ScheduledFuture<?> deadline;

    abstract void upgraded(ChannelHandlerContext ctx);

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
      // Where there is something wrong with the request, nobody else ends the connection.
      deadline =
          ctx.executor().schedule(() -> ctx.close(), HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
      deadline.cancel(false);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof HandshakeComplete) {
        upgraded(ctx);
        ctx.pipeline().remove(this);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  /** Ends connections that send pings, which are answered, and do not read the answers. */
  private static final class Pings extends ChannelInboundHandlerAdapter {
    private final UnreadAnswers unread = new UnreadAnswers();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof PingWebSocketFrame ping) {
        try {
          unread.add(ctx.channel().isWritable());
        } catch (RfbProtocolException e) {
          ping.release();
          throw e;
        }
      }
      ctx.fireChannelRead(message);
    }
  }

  /** The feed goes one way. */
  private static final class Deaf extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
