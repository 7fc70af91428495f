package io.transvisor.core.port;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortSpaceTest {
  private final PortSpace ports = new PortSpace();
  private final List<String> log = new ArrayList<>();

  private PortHandler handler(String name) {
    return new PortHandler() {
      @Override
      public int read(int offset, int width) {
        log.add(name + " r" + offset + "/" + width);
        return 0x10 + offset;
      }

      @Override
      public void write(int offset, int width, int value) {
        log.add("%s w%d/%d=%x".formatted(name, offset, width, value));
      }
    };
  }

  @Test
  void nobodyAnswersAllOnes() {
    assertThat(ports.read(0x1234, 1)).isEqualTo(0xFF);
    assertThat(ports.read(0x1234, 2)).isEqualTo(0xFFFF);
    assertThat(ports.read(0x1234, 4)).isEqualTo(-1);
    ports.write(0x1234, 4, 0);
  }

  @Test
  void wideAccessesAreSplitForNarrowDevices() {
    ports.register("a", 0x60, 2, 1, handler("a"));
    assertThat(ports.read(0x60, 2)).isEqualTo(0x1110);
    ports.write(0x60, 2, 0xBEEF);
    assertThat(log).containsExactly("a r0/1", "a r1/1", "a w0/1=ef", "a w1/1=be");
  }

  @Test
  void wideDevicesGetThemWhole() {
    ports.register("ide", 0x1F0, 8, 4, handler("ide"));
    ports.read(0x1F0, 4);
    ports.write(0x1F0, 2, 0x12345);
    assertThat(log).containsExactly("ide r0/4", "ide w0/2=2345");
  }

  @Test
  void anAccessOverTheEndOfARangeReachesBothDevices() {
    ports.register("a", 0x61, 1, 4, handler("a"));
    ports.register("b", 0x62, 1, 4, handler("b"));
    ports.read(0x61, 2);
    assertThat(log).containsExactly("a r0/1", "b r0/1");
  }

  @Test
  void laterRangesHideEarlierOnesUntilTheyMove() {
    ports.register("old", 0x100, 4, 1, handler("old"));
    PortRange bar = ports.register("bar", 0x100, 4, 1, handler("bar"));
    ports.read(0x101, 1);
    bar.moveTo(0x200);
    ports.read(0x101, 1);
    ports.read(0x201, 1);
    bar.setEnabled(false);
    assertThat(ports.read(0x201, 1)).isEqualTo(0xFF);
    assertThat(log).containsExactly("bar r1/1", "old r1/1", "bar r1/1");
  }

  @Test
  void portsWrapAt64K() {
    ports.register("first", 0, 1, 1, handler("first"));
    assertThat(ports.read(0xFFFF, 2)).isEqualTo(0x10FF);
  }
}
