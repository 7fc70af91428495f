package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The data path against a model that works bit by bit and plane by plane, as the manual describes
 * it.
 */
class DataPathTest {
  private static final int CELLS = 64;

  private final VgaFixture f = new VgaFixture().withRegions();

  /** The model: four planes and four latches. */
  private final int[][] planes = new int[4][CELLS];

  private final int[] latches = new int[4];
  private final int[] g = new int[9];
  private int mapMask;

  @BeforeEach
  void planarMode() {
    f.mode(VgaModes.VGA_640X480X16);
    System.arraycopy(VgaModes.VGA_640X480X16.graphics, 0, g, 0, 9);
    mapMask = 0x0F;
  }

  private void setGraphics(int register, int value) {
    g[register] = value;
    f.graphics(register, value);
  }

  private void setMapMask(int value) {
    mapMask = value;
    f.sequencer(2, value);
  }

  private void modelWrite(int at, int value) {
    int rotation = g[3] & 7;
    int rotated = (value >> rotation | value << 8 - rotation) & 0xFF;
    for (int plane = 0; plane < 4; plane++) {
      if ((mapMask >> plane & 1) == 0) {
        continue;
      }
      int result = 0;
      for (int bit = 0; bit < 8; bit++) {
        result |= modelBit(plane, bit, value, rotated) << bit;
      }
      planes[plane][at] = result;
    }
  }

  private int modelBit(int plane, int bit, int value, int rotated) {
    int latch = latches[plane] >> bit & 1;
    int setReset = g[0] >> plane & 1;
    boolean masked = (g[8] >> bit & 1) == 0;
    int data;
    switch (g[5] & 3) {
      case 0 -> data = (g[1] >> plane & 1) != 0 ? setReset : rotated >> bit & 1;
      case 1 -> {
        return latch;
      }
      case 2 -> data = value >> plane & 1;
      default -> {
        data = setReset;
        masked |= (rotated >> bit & 1) == 0;
      }
    }
    int combined =
        switch (g[3] >> 3 & 3) {
          case 0 -> data;
          case 1 -> data & latch;
          case 2 -> data | latch;
          default -> data ^ latch;
        };
    return masked ? latch : combined;
  }

  private int modelRead(int at) {
    for (int plane = 0; plane < 4; plane++) {
      latches[plane] = planes[plane][at];
    }
    if ((g[5] & 8) == 0) {
      return latches[g[4]];
    }
    int result = 0;
    for (int bit = 0; bit < 8; bit++) {
      boolean equal = true;
      for (int plane = 0; plane < 4; plane++) {
        boolean cares = (g[7] >> plane & 1) != 0;
        equal &= !cares || (latches[plane] >> bit & 1) == (g[2] >> plane & 1);
      }
      result |= equal ? 1 << bit : 0;
    }
    return result;
  }

  private void assertPlanesEqual() {
    for (int at = 0; at < CELLS; at++) {
      for (int plane = 0; plane < 4; plane++) {
        assertThat(f.memory.read(VgaFixture.LFB + at * 4 + plane, 1))
            .as("plane %d byte %d", plane, at)
            .isEqualTo(planes[plane][at]);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1", "2, 0", "2, 1", "3, 0", "3, 1"})
  void matchesTheModelInEveryWriteAndReadMode(int writeMode, int readMode) {
    Random random = new Random(writeMode * 2 + readMode);
    for (int round = 0; round < 300; round++) {
      setMapMask(random.nextInt(16));
      setGraphics(0, random.nextInt(16));
      setGraphics(1, random.nextInt(16));
      setGraphics(2, random.nextInt(16));
      setGraphics(3, random.nextInt(32));
      setGraphics(4, random.nextInt(4));
      // Now and then plain writes, so that there is something to combine with.
      setGraphics(5, random.nextInt(4) == 0 ? 0 : writeMode | readMode << 3);
      setGraphics(7, random.nextInt(16));
      setGraphics(8, random.nextInt(256));
      for (int i = 0; i < 4; i++) {
        int from = random.nextInt(CELLS);
        assertThat(f.read(0xA0000 + from)).as("round %d", round).isEqualTo(modelRead(from));
        int to = random.nextInt(CELLS);
        int value = random.nextInt(256);
        f.write(0xA0000 + to, value);
        modelWrite(to, value);
      }
    }
    assertPlanesEqual();
  }

  @Test
  void wideAccessesAreBytesInOrder() {
    setMapMask(1);
    f.memory.write(0xA0000, 4, 0x44332211);
    setMapMask(2);
    f.memory.write(0xA0001, 2, 0x6655);
    assertThat(f.memory.read(0xA0000, 4)).isEqualTo(0x44332211);
    f.graphics(4, 1);
    assertThat(f.memory.read(0xA0000, 4)).isEqualTo(0x00665500);
  }

  @Test
  void writeMode1CopiesFourPlanesThroughTheLatches() {
    f.fillPlanes(16, 3);
    f.graphics(5, 1);
    f.read(0xA0003);
    f.write(0xA0009, 0);
    assertThat(f.memory.read(VgaFixture.LFB + 36, 4))
        .isEqualTo(f.memory.read(VgaFixture.LFB + 12, 4));
  }

  @Test
  void oddEvenPutsAdjacentBytesIntoTwoPlanes() {
    f.mode(VgaModes.TEXT_80X25);
    f.memory.write(0xB8000, 4, 0x1F421E41);
    assertThat(f.memory.read(VgaFixture.LFB, 4)).isEqualTo(0x1E41);
    assertThat(f.memory.read(VgaFixture.LFB + 4, 4)).isEqualTo(0x1F42);
    assertThat(f.memory.read(0xB8000, 4)).isEqualTo(0x1F421E41);
  }

  @Test
  void oddEvenReachesThePlanesTheMapMaskAllows() {
    f.mode(VgaModes.TEXT_80X25);
    f.sequencer(2, 0x0C);
    f.write(0xB8000, 0x77);
    f.write(0xB8001, 0x88);
    assertThat(f.memory.read(VgaFixture.LFB, 4)).isEqualTo(0x88770000);
    f.graphics(4, 2);
    assertThat(f.memory.read(0xB8000, 2)).isEqualTo(0x8877);
  }

  @Test
  void chain4WithMasksGoesThroughTheDataPath() {
    f.mode(VgaModes.VGA_320X200X256);
    f.sequencer(2, 0x05);
    f.memory.write(0xA0010, 4, 0x44332211);
    assertThat(f.memory.read(VgaFixture.LFB + 0x10, 4)).isEqualTo(0x00330011);
    f.sequencer(2, 0x0F);
    f.graphics(3, 0x18);
    f.read(0xA0010);
    f.memory.write(0xA0010, 4, -1);
    assertThat(f.memory.read(VgaFixture.LFB + 0x10, 4)).isEqualTo(0xFFCCFFEE);
  }

  @Test
  void unchainedWritesReachOneColumnInFour() {
    f.mode(VgaModes.MODE_X_320X240X256);
    f.sequencer(2, 4);
    f.write(0xA0005, 0x99);
    assertThat(f.memory.read(VgaFixture.LFB + 20, 4)).isEqualTo(0x00990000);
  }

  @Test
  void planesWrapAt64KiB() {
    f.graphics(6, 1);
    f.sequencer(2, 1);
    f.write(0xB0004, 0x5A);
    assertThat(f.memory.read(VgaFixture.LFB + 16, 1)).isEqualTo(0x5A);
  }

  @Test
  void peekLeavesTheLatchesAlone() {
    f.fillPlanes(16, 3);
    f.read(0xA0003);
    f.memory.peek(0xA0004, 1);
    f.graphics(5, 1);
    f.write(0xA0008, 0);
    assertThat(f.memory.read(VgaFixture.LFB + 32, 4))
        .isEqualTo(f.memory.read(VgaFixture.LFB + 12, 4));
  }
}
