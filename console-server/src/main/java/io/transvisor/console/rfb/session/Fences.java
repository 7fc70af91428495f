package io.transvisor.console.rfb.session;

import io.transvisor.console.rfb.encode.ByteSink;
import io.transvisor.console.rfb.message.ClientMessage.ClientFence;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.message.ServerMessages;

/**
 * Both directions of the Fence extension: echoes the client's, and paces updates sent without
 * requests by fences behind them, which come back when the client has taken the updates in.
 */
final class Fences {
  /** Updates on their way at a time: enough to fill the line, too few to lag behind visibly. */
  static final int MAX_UNANSWERED = 3;

  /** Our own fences start with this; the number of the update follows. */
  private static final String PACE = "update ";

  private ClientFence held;
  private long sent;
  private long answered;

  /** Says that fences are understood. */
  void announce(ByteSink out) {
    ServerMessages.fence(out, ServerMessages.FENCE_REQUEST | ServerMessages.FENCE_FLAGS, "");
  }

  /**
   * A fence has come.
   *
   * <p>Messages are handled one after the other and what they cause is written in order, so an
   * ordinary fence is echoed at once. One that is to be synchronous with the next message is echoed
   * right before that takes effect.
   *
   * @return whether it was the answer to one of ours
   */
  boolean received(ClientFence fence, ByteSink out) {
    if ((fence.flags() & ServerMessages.FENCE_REQUEST) == 0) {
      return answer(fence.payload());
    }
    if ((fence.flags() & ServerMessages.FENCE_SYNC_NEXT) != 0) {
      held = fence;
    } else {
      echo(fence, out);
    }
    return false;
  }

  private boolean answer(String payload) {
    if (!payload.startsWith(PACE)) {
      return false;
    }
    try {
      long number = Long.parseLong(payload.substring(PACE.length()));
      answered = Math.clamp(number, answered, sent);
    } catch (NumberFormatException e) {
      throw new RfbProtocolException("it answers a fence that was not sent");
    }
    return true;
  }

  /** A message has come and is about to take effect. */
  void beforeMessage(ByteSink out) {
    if (held != null) {
      echo(held, out);
      held = null;
    }
  }

  private static void echo(ClientFence fence, ByteSink out) {
    ServerMessages.fence(out, fence.flags() & ServerMessages.FENCE_FLAGS, fence.payload());
  }

  /** An update has been written that was not asked for. */
  void updateSent(ByteSink out) {
    sent++;
    ServerMessages.fence(
        out, ServerMessages.FENCE_REQUEST | ServerMessages.FENCE_BLOCK_BEFORE, PACE + sent);
  }

  /** Whether the client is so far behind that no more should be sent. */
  boolean isClientBehind() {
    return sent - answered >= MAX_UNANSWERED;
  }
}
