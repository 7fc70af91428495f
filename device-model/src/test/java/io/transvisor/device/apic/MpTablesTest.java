package io.transvisor.device.apic;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuModel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MpTablesTest {
  private static final int[] ENTRY_SIZE = {20, 8, 8, 8, 8};

  private final ByteBuffer b =
      ByteBuffer.wrap(
              MpTables.build(0xF0100, CpuModel.parse("pentium3"), (slot, pin) -> 10 + (pin & 1)))
          .order(ByteOrder.LITTLE_ENDIAN);

  private byte sum(int from, int length) {
    byte sum = 0;
    for (int n = from; n < from + length; n++) {
      sum += b.get(n);
    }
    return sum;
  }

  private String text(int at) {
    return new String(b.array(), at, 4, StandardCharsets.US_ASCII);
  }

  @Test
  void thePointerLeadsToTheTable() {
    assertThat(text(0)).isEqualTo("_MP_");
    assertThat(b.getInt(4)).isEqualTo(0xF0110);
    assertThat(sum(0, 16)).isZero();
    assertThat(text(16)).isEqualTo("PCMP");
    assertThat(b.getShort(20)).isEqualTo((short) (b.capacity() - 16));
    assertThat(sum(16, b.capacity() - 16)).isZero();
    assertThat(b.getInt(16 + 36)).isEqualTo(0xFEE00000);
  }

  @Test
  void theEntriesFillTheTable() {
    int count = b.getShort(16 + 34);
    int at = 16 + 44;
    List<String> isa = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      int type = b.get(at);
      if (type == 3 && b.get(at + 4) == 1) {
        isa.add(b.get(at + 5) + ">" + b.get(at + 7));
      }
      at += ENTRY_SIZE[type];
    }
    assertThat(at).isEqualTo(b.capacity());
    assertThat(isa)
        .containsExactly(
            "0>2", "1>1", "3>3", "4>4", "5>5", "6>6", "7>7", "8>8", "9>9", "12>12", "13>13",
            "14>14", "15>15");
  }
}
