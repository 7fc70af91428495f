package io.transvisor.console.rfb;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.transvisor.console.rfb.message.ClientMessage;
import io.transvisor.console.rfb.message.ClientMessage.KeyEvent;
import io.transvisor.console.rfb.message.ClientMessage.PointerEvent;
import io.transvisor.console.rfb.message.ClientMessage.ScanCodeEvent;
import io.transvisor.console.socket.TokenBucket;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Lets a viewer's messages through in their order, at a pace that leaves time for others: so much
 * work at a time, after which the viewers on the same thread have their turn, and no more keys and
 * movements than the guest is not slowed down by. While messages wait, none are read from the
 * connection.
 */
final class MessagePacer extends ChannelInboundHandlerAdapter {
  /** Keys and movements; no hand and no mouse sends more. */
  static final int INPUTS_PER_SECOND = 2000;

  /** As many as come at once when a connection has been held up. */
  static final int INPUT_BURST = 1000;

  private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** Until the next turn; in a task without delay, connections would not be looked at before it. */
  private static final long BREAK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** The least that is waited for the guest: a thread that waits for less does not sleep. */
  private static final long INPUT_BREAK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Queue<ClientMessage> waiting = new ArrayDeque<>();
  private final LongSupplier nanoTime;
  private final TokenBucket inputs;
  private boolean pausing;

  /**
   * @param nanoTime a clock that never goes back, in nanoseconds
   */
  MessagePacer(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    inputs = new TokenBucket(INPUTS_PER_SECOND, INPUT_BURST, nanoTime);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    waiting.add((ClientMessage) message);
    if (!pausing) {
      turn(ctx);
    }
  }

  private void turn(ChannelHandlerContext ctx) {
    long end = nanoTime.getAsLong() + TURN_NANOS;
    while (!waiting.isEmpty() && !ctx.isRemoved()) {
      long wait = isInput(waiting.peek()) ? inputs.take() : 0;
      if (wait > 0) {
        pause(ctx, Math.max(wait, INPUT_BREAK_NANOS));
        return;
      }
      ctx.fireChannelRead(waiting.remove());
      if (!waiting.isEmpty() && nanoTime.getAsLong() - end > 0) {
        pause(ctx, BREAK_NANOS);
        return;
      }
    }
  }

  private static boolean isInput(ClientMessage message) {
    return switch (message) {
      case KeyEvent _, ScanCodeEvent _, PointerEvent _ -> true;
      default -> false;
    };
  }

  private void pause(ChannelHandlerContext ctx, long nanos) {
    pausing = true;
    ctx.channel().config().setAutoRead(false);
    ctx.executor()
        .schedule(
            () -> {
              pausing = false;
              if (!ctx.isRemoved()) {
                turn(ctx);
              }
              if (!pausing) {
                ctx.channel().config().setAutoRead(true);
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
  }
}
