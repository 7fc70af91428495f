package io.transvisor.console.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConnectionQuotaTest {
  private static final int MOST_OF_ONE = 3;
  private static final int MOST = 5;

  private final ConnectionQuota quota = new ConnectionQuota(MOST_OF_ONE, MOST);
  private final List<EmbeddedChannel> channels = new ArrayList<>();

  private boolean add(int lastOfAddress) throws Exception {
    EmbeddedChannel channel = new EmbeddedChannel();
    channels.add(channel);
    return quota.add(channel, address(lastOfAddress));
  }

  private static InetAddress address(int last) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  private List<Integer> closed() {
    return IntStream.range(0, channels.size())
        .filter(i -> !channels.get(i).isOpen())
        .boxed()
        .toList();
  }

  @Test
  void oneAddressHasItsShareAndItsOldestMakesRoom() throws Exception {
    assertThat(add(2)).isTrue();
    for (int i = 0; i < MOST_OF_ONE; i++) {
      assertThat(add(1)).isTrue();
    }
    assertThat(add(1)).isFalse();
    assertThat(closed()).containsExactly(1);
    assertThat(add(3)).isTrue();
  }

  @Test
  void theOldestOfAllMakesRoom() throws Exception {
    for (int i = 0; i < MOST; i++) {
      assertThat(add(i)).isTrue();
    }
    assertThat(add(MOST)).isFalse();
    assertThat(closed()).containsExactly(0);
  }

  @Test
  void whoSaysSomethingIsNotTheOldestAnyMore() throws Exception {
    for (int i = 0; i < MOST; i++) {
      add(i);
    }
    assertThat(quota.add(channels.getFirst(), address(0))).isTrue();
    add(MOST);
    assertThat(closed()).containsExactly(1);
  }

  @Test
  void whoIsGoneTakesNoRoom() throws Exception {
    for (int i = 0; i < MOST; i++) {
      add(i);
    }
    quota.remove(channels.getFirst());
    assertThat(add(MOST)).isTrue();
    assertThat(closed()).isEmpty();
  }
}
