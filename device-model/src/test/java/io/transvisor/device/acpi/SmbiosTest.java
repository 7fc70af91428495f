package io.transvisor.device.acpi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmbiosTest {
  private static final byte[] UUID = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

  /** Walks the structures as software does and returns the formatted parts by type. */
  private static Map<Integer, ByteBuffer> structures(Smbios smbios) {
    Map<Integer, ByteBuffer> result = new LinkedHashMap<>();
    byte[] tables = smbios.tables();
    int at = 0;
    while (at < tables.length) {
      int length = tables[at + 1];
      result.put(
          (int) tables[at],
          ByteBuffer.wrap(tables, at, length).slice().order(ByteOrder.LITTLE_ENDIAN));
      at += length;
      while (tables[at] != 0 || tables[at + 1] != 0) {
        at++;
      }
      at += 2;
    }
    return result;
  }

  @Test
  void hasTheStructuresOfAPcInOrder() {
    assertThat(structures(Smbios.build(128 << 20, UUID)).keySet())
        .containsExactly(1, 3, 4, 16, 17, 19, 32, 127);
  }

  @Test
  void theAnchorDescribesTheTables() {
    Smbios smbios = Smbios.build(128 << 20, UUID);
    ByteBuffer anchor = ByteBuffer.wrap(smbios.anchor()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(smbios.anchor()).hasSize(31).startsWith('_', 'S', 'M', '_');
    assertThat(anchor.get(5)).isEqualTo((byte) 31);
    assertThat(anchor.getShort(22)).isEqualTo((short) smbios.tables().length);
    assertThat(anchor.getInt(24)).isZero();
    assertThat(anchor.getShort(28)).isEqualTo((short) 8);
    byte all = 0;
    byte second = 0;
    for (int i = 0; i < 31; i++) {
      all += anchor.get(i);
      second += i >= 16 ? anchor.get(i) : 0;
    }
    assertThat(all).isZero();
    assertThat(second).isZero();
  }

  @Test
  void theUuidsFirstFieldsAreLittleEndian() {
    byte[] stored = new byte[16];
    structures(Smbios.build(128 << 20, UUID)).get(1).get(8, stored);
    assertThat(stored).containsExactly(3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15);
  }

  @ParameterizedTest
  @CsvSource({
    "134217728, 128, 131072",
    "655360, 33408, 640",
    "2097152, 2, 2048",
    "3145728000, 3000, 3072000"
  })
  void memorySizes(long bytes, int deviceSize, int arrayKib) {
    Map<Integer, ByteBuffer> structures = structures(Smbios.build((int) bytes, UUID));
    assertThat(structures.get(17).getShort(12) & 0xFFFF).isEqualTo(deviceSize);
    assertThat(structures.get(16).getInt(7)).isEqualTo(arrayKib);
    assertThat(structures.get(19).getInt(8)).isEqualTo(arrayKib - 1);
  }
}
