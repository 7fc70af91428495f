package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.transvisor.console.rfb.message.ClientMessage;
import io.transvisor.console.rfb.message.ClientMessage.ClientCutText;
import io.transvisor.console.rfb.message.ClientMessage.KeyEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MessagePacerTest {
  private long now;
  private final EmbeddedChannel channel = new EmbeddedChannel(new MessagePacer(() -> now));

  private List<ClientMessage> passed() {
    List<ClientMessage> all = new ArrayList<>();
    for (ClientMessage m = channel.readInbound(); m != null; m = channel.readInbound()) {
      all.add(m);
    }
    return all;
  }

  private void pass(long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void whatHandsCanDoPassesAtOnce() {
    channel.freezeTime();
    for (int i = 0; i < 10 * MessagePacer.INPUT_BURST; i++) {
      channel.writeInbound(new KeyEvent(true, i));
      assertThat(passed()).containsExactly(new KeyEvent(true, i));
      pass(1);
    }
  }

  @Test
  void aFloodOfKeysWaitsInOrderAndNothingMoreIsRead() {
    channel.freezeTime();
    List<ClientMessage> sent = new ArrayList<>();
    for (int i = 0; i < 2 * MessagePacer.INPUT_BURST; i++) {
      sent.add(new KeyEvent(i % 2 == 0, i));
    }
    sent.add(new ClientCutText(1));
    sent.forEach(channel::writeInbound);
    List<ClientMessage> got = new ArrayList<>(passed());
    assertThat(got).hasSize(MessagePacer.INPUT_BURST);
    assertThat(channel.config().isAutoRead()).isFalse();
    while (!channel.config().isAutoRead()) {
      pass(1);
      List<ClientMessage> some = passed();
      assertThat(some).hasSizeLessThanOrEqualTo(MessagePacer.INPUTS_PER_SECOND / 100 + 1);
      got.addAll(some);
    }
    assertThat(got).isEqualTo(sent);
  }
}
