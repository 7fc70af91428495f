package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingHandshakesTest {
  private final PendingHandshakes pending = new PendingHandshakes();

  private static InetAddress address(int last) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  @Test
  void oneAddressCannotTakeAllPlaces() throws Exception {
    EmbeddedChannel first = new EmbeddedChannel();
    assertThat(pending.add(first, address(1))).isTrue();
    for (int i = 1; i < PendingHandshakes.MAX_PER_ADDRESS; i++) {
      assertThat(pending.add(new EmbeddedChannel(), address(1))).isTrue();
    }
    assertThat(pending.add(new EmbeddedChannel(), address(1))).isFalse();
    assertThat(pending.add(new EmbeddedChannel(), address(2))).isTrue();
    pending.remove(first);
    assertThat(pending.add(new EmbeddedChannel(), address(1))).isTrue();
  }

  @Test
  void theOldestMakesRoom() throws Exception {
    List<EmbeddedChannel> channels = new ArrayList<>();
    for (int i = 0; i <= PendingHandshakes.MAX; i++) {
      EmbeddedChannel channel = new EmbeddedChannel();
      channels.add(channel);
      assertThat(pending.add(channel, address(i))).isTrue();
    }
    assertThat(channels.getFirst().isOpen()).isFalse();
    assertThat(channels.subList(1, channels.size())).allMatch(EmbeddedChannel::isOpen);
  }
}
