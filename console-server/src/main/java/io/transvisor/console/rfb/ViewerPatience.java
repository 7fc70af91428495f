package io.transvisor.console.rfb;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.transvisor.console.rfb.message.RfbProtocolException;
import java.util.concurrent.TimeUnit;

/**
 * Ends the connections of viewers that are gone without saying so: those that take nothing of what
 * is waiting for them, and, if that is wanted, those that send nothing.
 */
public final class ViewerPatience extends IdleStateHandler {
  /** Seconds in which a viewer must take something of what is on its way to it. */
  static final int STALL_SECONDS = 60;

  /**
   * @param idleSeconds how long a viewer may send nothing; 0 for ever
   */
  public ViewerPatience(int idleSeconds) {
    super(true, idleSeconds, STALL_SECONDS, 0, TimeUnit.SECONDS);
  }

  @Override
  protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent event) {
    switch (event.state()) {
      case READER_IDLE ->
          ctx.fireExceptionCaught(new RfbProtocolException("it has sent nothing for too long"));
      case WRITER_IDLE -> {
        // Nothing written in a minute is no fault where there was nothing to write.
        if (!ctx.channel().isWritable()) {
          ctx.fireExceptionCaught(
              new RfbProtocolException("it has read nothing for " + STALL_SECONDS + " seconds"));
        }
      }
      default -> {
        // Not asked for.
      }
    }
  }
}
