package io.transvisor.console.rfb.handshake;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.SecurityType;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The server's side of the handshake, from ProtocolVersion to ClientInit. Gives the connection to
 * {@link Completion} then, which replaces this handler when it is ready to send ServerInit; bytes
 * that have arrived by then go to the replacement.
 */
public final class HandshakeHandler extends ByteToMessageDecoder {
  /** Called once, when the client has been let in and has sent ClientInit. */
  @FunctionalInterface
  public interface Completion {
    /**
     * @param shared whether the client is willing to share the desktop
     */
    void initialised(ChannelHandlerContext ctx, Access access, boolean shared);
  }

  /** Seconds a client has for messages that no human has to type. */
  public static final int PROTOCOL_TIMEOUT_SECONDS = 20;

  private static final int RESULT_OK = 0;
  private static final int RESULT_FAILED = 1;

  private enum State {
    VERSION,
    SECURITY_TYPE,
    EXCHANGE,
    CLIENT_INIT,
    COMPLETE,
    REFUSED
  }

  private final List<SecurityType> offered;
  private final FailureLockout lockout;
  private final InetAddress address;
  private final Completion completion;
  private boolean started;
  private State state = State.VERSION;
  private ProtocolVersion version;
  private SecurityType.Exchange exchange;
  private Access access;
  private ScheduledFuture<?> timeout;

  /**
   * @param offered the ways to be let in, the best first
   * @param lockout remembers wrong passwords; null where none are asked for
   * @param address the client's address, for the lock-out
   */
  public HandshakeHandler(
      List<SecurityType> offered,
      FailureLockout lockout,
      InetAddress address,
      Completion completion) {
    this.offered = List.copyOf(offered);
    this.lockout = lockout;
    this.address = address;
    this.completion = completion;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // A connection that has been something else before is active already.
    if (ctx.channel().isActive()) {
      start(ctx);
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    start(ctx);
    super.channelActive(ctx);
  }

  private void start(ChannelHandlerContext ctx) {
    if (!started) {
      started = true;
      ctx.writeAndFlush(ctx.alloc().buffer().writeBytes(ProtocolVersion.greeting()));
      enter(ctx, State.VERSION);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    cancelTimeout();
    super.channelInactive(ctx);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    cancelTimeout();
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    try {
      switch (state) {
        case VERSION -> version(ctx, in);
        case SECURITY_TYPE -> securityType(ctx, in);
        case EXCHANGE -> exchange(ctx, in);
        case CLIENT_INIT -> clientInit(ctx, in);
        case COMPLETE -> {
          // The next handler reads on.
        }
        case REFUSED -> in.skipBytes(in.readableBytes());
      }
    } catch (RfbProtocolException e) {
      state = State.REFUSED;
      throw e;
    }
  }

  private void version(ChannelHandlerContext ctx, ByteBuf in) {
    if (in.readableBytes() < ProtocolVersion.LENGTH) {
      return;
    }
    byte[] message = new byte[ProtocolVersion.LENGTH];
    in.readBytes(message);
    version = ProtocolVersion.of(message);
    if (version == null) {
      throw new RfbProtocolException("it does not speak RFB 3.3 or later");
    }
    if (isLocked()) {
      refuse(ctx, "Too many wrong passwords from your address; try again later");
    } else if (version == ProtocolVersion.V3_3) {
      dictate(ctx, in);
    } else {
      send(
          ctx,
          out -> {
            out.writeByte(offered.size());
            offered.forEach(type -> out.writeByte(type.number()));
          });
      enter(ctx, State.SECURITY_TYPE);
    }
  }

  /** Version 3.3: the server chooses, among the types that version knows. */
  private void dictate(ChannelHandlerContext ctx, ByteBuf in) {
    for (SecurityType type : offered) {
      if (type.number() <= SecurityType.VNC) {
        send(ctx, out -> out.writeInt(type.number()));
        begin(ctx, type, in);
        return;
      }
    }
    refuse(ctx, "This server wants an encrypted connection, which your viewer cannot make");
  }

  private void securityType(ChannelHandlerContext ctx, ByteBuf in) {
    int number = in.readUnsignedByte();
    for (SecurityType type : offered) {
      if (type.number() == number) {
        begin(ctx, type, in);
        return;
      }
    }
    fail(ctx, "Security type " + number + " was not offered");
  }

  private void begin(ChannelHandlerContext ctx, SecurityType type, ByteBuf in) {
    enter(ctx, State.EXCHANGE);
    exchange = type.begin(new Peer(ctx, in));
    if (type.number() == SecurityType.NONE) {
      // The client has nothing to say.
      exchange(ctx, in);
    }
  }

  private void exchange(ChannelHandlerContext ctx, ByteBuf in) {
    SecurityType.Verdict verdict = exchange.read(in);
    if (verdict == null) {
      return;
    }
    // Looked at again: many connections opened beforehand must not make many guesses.
    if (isLocked()) {
      fail(ctx, "Too many wrong passwords from your address; try again later");
    } else if (verdict.access() == null) {
      if (address != null) {
        lockout.failed(address);
      }
      fail(ctx, "Wrong password");
    } else {
      if (address != null && lockout != null) {
        lockout.succeeded(address);
      }
      access = verdict.access();
      if (version == ProtocolVersion.V3_8 || !verdict.silent()) {
        send(ctx, out -> out.writeInt(RESULT_OK));
      }
      enter(ctx, State.CLIENT_INIT);
    }
  }

  private void clientInit(ChannelHandlerContext ctx, ByteBuf in) {
    boolean shared = in.readByte() != 0;
    state = State.COMPLETE;
    cancelTimeout();
    completion.initialised(ctx, access, shared);
  }

  private boolean isLocked() {
    return lockout != null && address != null && lockout.isLocked(address);
  }

  /** No security type for this client: zero of them, and the reason (in 3.3 the "invalid" type). */
  private void refuse(ChannelHandlerContext ctx, String reason) {
    ByteBuf message = ctx.alloc().buffer();
    if (version == ProtocolVersion.V3_3) {
      message.writeInt(0);
    } else {
      message.writeByte(0);
    }
    end(ctx, writeReason(message, reason), reason);
  }

  /** SecurityResult "failed"; only 3.8 has a place for the reason. */
  private void fail(ChannelHandlerContext ctx, String reason) {
    ByteBuf message = ctx.alloc().buffer().writeInt(RESULT_FAILED);
    if (version == ProtocolVersion.V3_8) {
      writeReason(message, reason);
    }
    end(ctx, message, reason);
  }

  private void end(ChannelHandlerContext ctx, ByteBuf message, String reason) {
    state = State.REFUSED;
    cancelTimeout();
    ctx.writeAndFlush(message).addListener(ChannelFutureListener.CLOSE);
    ctx.fireUserEventTriggered(new HandshakeRefused(reason));
  }

  private static ByteBuf writeReason(ByteBuf message, String reason) {
    byte[] bytes = reason.getBytes(StandardCharsets.ISO_8859_1);
    return message.writeInt(bytes.length).writeBytes(bytes);
  }

  private static void send(ChannelHandlerContext ctx, Consumer<ByteBuf> message) {
    ByteBuf out = ctx.alloc().buffer();
    message.accept(out);
    ctx.writeAndFlush(out);
  }

  private void enter(ChannelHandlerContext ctx, State next) {
    state = next;
    setTimeout(ctx, PROTOCOL_TIMEOUT_SECONDS);
  }

  private void setTimeout(ChannelHandlerContext ctx, int seconds) {
    cancelTimeout();
    timeout =
        ctx.executor()
            .schedule(
                () -> {
                  state = State.REFUSED;
                  ctx.fireUserEventTriggered(
                      new HandshakeRefused("no answer for " + seconds + " seconds"));
                  ctx.close();
                },
                seconds,
                TimeUnit.SECONDS);
  }

  private void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel(false);
      timeout = null;
    }
  }

  /** The client of this connection. */
  private final class Peer implements SecurityType.Peer {
    private final ChannelHandlerContext ctx;
    private final ByteBuf received;

    Peer(ChannelHandlerContext ctx, ByteBuf received) {
      this.ctx = ctx;
      this.received = received;
    }

    @Override
    public void send(Consumer<ByteBuf> message) {
      HandshakeHandler.send(ctx, message);
    }

    @Override
    public void setPatience(int seconds) {
      setTimeout(ctx, seconds);
    }

    @Override
    public void startTls(SslContext context) {
      if (received.isReadable()) {
        throw new RfbProtocolException("it goes on in clear where encryption begins");
      }
      SslHandler tls = context.newHandler(ctx.alloc());
      tls.setHandshakeTimeout(PROTOCOL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
      ctx.pipeline().addBefore(ctx.name(), "tls", tls);
    }
  }
}
