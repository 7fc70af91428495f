package io.transvisor.console.rfb.handshake;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.VncAuthentication;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
    void initialised(ChannelHandlerContext ctx, boolean shared);
  }

  /** Seconds a client has for messages that no human has to type. */
  public static final int PROTOCOL_TIMEOUT_SECONDS = 20;

  /** Seconds a client has to answer the challenge: viewers ask for the password only now. */
  public static final int PASSWORD_TIMEOUT_SECONDS = 120;

  private static final int SECURITY_NONE = 1;
  private static final int SECURITY_VNC = 2;
  private static final int RESULT_OK = 0;
  private static final int RESULT_FAILED = 1;

  private enum State {
    VERSION,
    SECURITY_TYPE,
    RESPONSE,
    CLIENT_INIT,
    COMPLETE,
    REFUSED
  }

  private final VncAuthentication authentication;
  private final FailureLockout lockout;
  private final InetAddress address;
  private final Completion completion;
  private State state = State.VERSION;
  private ProtocolVersion version;
  private byte[] challenge;
  private ScheduledFuture<?> timeout;

  /**
   * @param authentication the password check, or null to let everybody in
   * @param address the client's address, for the lock-out
   */
  public HandshakeHandler(
      VncAuthentication authentication,
      FailureLockout lockout,
      InetAddress address,
      Completion completion) {
    this.authentication = authentication;
    this.lockout = lockout;
    this.address = address;
    this.completion = completion;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    send(ctx, ctx.alloc().buffer().writeBytes(ProtocolVersion.greeting()));
    enter(ctx, State.VERSION, PROTOCOL_TIMEOUT_SECONDS);
    super.channelActive(ctx);
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
    switch (state) {
      case VERSION -> version(ctx, in);
      case SECURITY_TYPE -> securityType(ctx, in);
      case RESPONSE -> response(ctx, in);
      case CLIENT_INIT -> clientInit(ctx, in);
      case COMPLETE -> {
        // The next handler reads on.
      }
      case REFUSED -> in.skipBytes(in.readableBytes());
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
      state = State.REFUSED;
      throw new RfbProtocolException("it does not speak RFB 3.3 or later");
    }
    if (isLocked()) {
      refuse(ctx, "Too many wrong passwords from your address; try again later");
    } else if (version == ProtocolVersion.V3_3) {
      dictate(ctx);
    } else {
      send(ctx, ctx.alloc().buffer().writeByte(1).writeByte(offered()));
      enter(ctx, State.SECURITY_TYPE, PROTOCOL_TIMEOUT_SECONDS);
    }
  }

  /** Version 3.3: the server chooses, and None has no SecurityResult. */
  private void dictate(ChannelHandlerContext ctx) {
    ByteBuf message = ctx.alloc().buffer().writeInt(offered());
    if (authentication == null) {
      send(ctx, message);
      enter(ctx, State.CLIENT_INIT, PROTOCOL_TIMEOUT_SECONDS);
    } else {
      challenge(ctx, message);
    }
  }

  private void securityType(ChannelHandlerContext ctx, ByteBuf in) {
    int type = in.readUnsignedByte();
    if (type != offered()) {
      fail(ctx, "Security type " + type + " was not offered");
    } else if (authentication != null) {
      challenge(ctx, ctx.alloc().buffer());
    } else {
      if (version == ProtocolVersion.V3_8) {
        send(ctx, ctx.alloc().buffer().writeInt(RESULT_OK));
      }
      enter(ctx, State.CLIENT_INIT, PROTOCOL_TIMEOUT_SECONDS);
    }
  }

  private void challenge(ChannelHandlerContext ctx, ByteBuf message) {
    challenge = authentication.challenge();
    send(ctx, message.writeBytes(challenge));
    enter(ctx, State.RESPONSE, PASSWORD_TIMEOUT_SECONDS);
  }

  private void response(ChannelHandlerContext ctx, ByteBuf in) {
    if (in.readableBytes() < VncAuthentication.CHALLENGE_LENGTH) {
      return;
    }
    byte[] response = new byte[VncAuthentication.CHALLENGE_LENGTH];
    in.readBytes(response);
    // Looked at again: many connections opened beforehand must not make many guesses.
    if (isLocked()) {
      fail(ctx, "Too many wrong passwords from your address; try again later");
    } else if (!authentication.accepts(challenge, response)) {
      if (address != null) {
        lockout.failed(address);
      }
      fail(ctx, "Wrong password");
    } else {
      if (address != null) {
        lockout.succeeded(address);
      }
      send(ctx, ctx.alloc().buffer().writeInt(RESULT_OK));
      enter(ctx, State.CLIENT_INIT, PROTOCOL_TIMEOUT_SECONDS);
    }
  }

  private void clientInit(ChannelHandlerContext ctx, ByteBuf in) {
    boolean shared = in.readByte() != 0;
    state = State.COMPLETE;
    cancelTimeout();
    completion.initialised(ctx, shared);
  }

  private int offered() {
    return authentication == null ? SECURITY_NONE : SECURITY_VNC;
  }

  private boolean isLocked() {
    return authentication != null && address != null && lockout.isLocked(address);
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

  private static void send(ChannelHandlerContext ctx, ByteBuf message) {
    ctx.writeAndFlush(message);
  }

  private void enter(ChannelHandlerContext ctx, State next, int seconds) {
    state = next;
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
}
