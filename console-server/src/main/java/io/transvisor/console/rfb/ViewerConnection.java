package io.transvisor.console.rfb;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.util.ReferenceCountUtil;
import io.transvisor.console.rfb.handshake.HandshakeRefused;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Access;
import java.io.IOException;
import java.net.InetSocketAddress;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of every connection: writes the one log line that says why it ended, and ends it
 * on errors.
 */
final class ViewerConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ViewerConnection.class);

  private final RfbService service;
  private ChannelHandlerContext ctx;
  private String peer;

  /** Why the connection is ending, once that is known. */
  private String reason;

  private boolean faulty;
  private boolean viewing;

  ViewerConnection(RfbService service) {
    this.service = service;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    peer =
        context.channel().remoteAddress() instanceof InetSocketAddress address
            ? address.getAddress().getHostAddress() + ":" + address.getPort()
            : String.valueOf(context.channel().remoteAddress());
  }

  /** Where the viewer is; null if that is no internet address. */
  InetSocketAddress address() {
    return ctx.channel().remoteAddress() instanceof InetSocketAddress address ? address : null;
  }

  /** The handshake is over and the viewer is let in. */
  void startViewing(Access access, boolean shared) {
    viewing = true;
    service
        .log()
        .info(
            "VNC viewer "
                + peer
                + " connected"
                + (access == Access.VIEW_ONLY ? ", to look only" : "")
                + (shared ? "" : ", asking for exclusive access"));
  }

  /** Ends the connection for a reason of ours; callable from any thread. */
  void disconnect(String why) {
    ctx.executor()
        .execute(() -> {
          note(why, false);
          ctx.close();
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    // Bytes that arrive between the end of a handshake and the end of its connection.
    ReferenceCountUtil.release(message);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof HandshakeRefused refused) {
      note(refused.reason(), true);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Throwable real =
        cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
    switch (real) {
      case RfbProtocolException e -> note(e.getMessage(), true);
      case CorruptedFrameException e -> note("WebSocket: " + e.getMessage(), true);
      case SSLException e -> note("TLS: " + e.getMessage(), true);
      case IOException e -> note(String.valueOf(e.getMessage()), false);
      default -> {
        LOG.error("internal error while serving VNC viewer {}", peer, real);
        note("internal error", true);
      }
    }
    context.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    service.left(this);
    if (faulty) {
      service.log().warn("VNC viewer " + peer + " disconnected: " + reason);
    } else if (viewing) {
      service
          .log()
          .info("VNC viewer " + peer + " disconnected" + (reason == null ? "" : ": " + reason));
    } else {
      LOG.debug("VNC connection from {} ended during the handshake", peer);
    }
  }

  private void note(String why, boolean isFault) {
    if (reason == null) {
      reason = why;
      faulty = isFault;
    }
  }
}
