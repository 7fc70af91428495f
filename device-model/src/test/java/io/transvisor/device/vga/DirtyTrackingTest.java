package io.transvisor.device.vga;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.display.Screen;
import io.transvisor.core.memory.WriteTraces;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirtyTrackingTest {
  private final VgaFixture f = new VgaFixture().withRegions();
  private final List<String> damage = new ArrayList<>();

  @BeforeEach
  void record() {
    f.screen.addListener(
        new Screen.Listener() {
          @Override
          public void painted() {}

          @Override
          public void resized(int width, int height) {}

          @Override
          public void damaged(int x, int y, int width, int height) {
            damage.add(x + "," + y + " " + width + "x" + height);
          }
        });
  }

  private List<String> damageOfNextRefresh() {
    damage.clear();
    f.vga.refresh(f.screen);
    return damage;
  }

  @Test
  void onlyLinesOfWrittenPagesArePainted() {
    f.dispiMode(1024, 768, 32, 0);
    assertThat(damageOfNextRefresh()).containsExactly("0,0 1024x768");
    assertThat(damageOfNextRefresh()).isEmpty();
    f.memory.write(VgaFixture.LFB + 100 * 4096 + 8, 4, 0xFF);
    assertThat(damageOfNextRefresh()).containsExactly("0,100 1024x1");
    assertThat(damageOfNextRefresh()).isEmpty();
  }

  @Test
  void aPageSharedByLinesDirtiesAllOfThem() {
    f.dispiMode(640, 480, 8, 0);
    f.vga.refresh(f.screen);
    f.memory.write(VgaFixture.LFB + 4096, 1, 1);
    // Bytes 4096 to 8191 lie in lines 6 to 12.
    assertThat(damageOfNextRefresh()).containsExactly("0,6 640x7");
  }

  @Test
  void busMastersAndTheWindowDirtyPagesToo() {
    f.dispiMode(1024, 768, 32, 0);
    f.vga.refresh(f.screen);
    f.memory.writeBytes(VgaFixture.LFB + 3 * 4096, new byte[5000], 0, 5000);
    assertThat(damageOfNextRefresh()).containsExactly("0,3 1024x2");
    f.dispi(Dispi.BANK, 1);
    f.memory.write(0xA0000, 1, 1);
    assertThat(damageOfNextRefresh()).containsExactly("0,16 1024x1");
  }

  @Test
  void planarWritesDirtyTheirLines() {
    f.mode(VgaModes.VGA_640X480X16);
    f.vga.refresh(f.screen);
    f.write(0xA0000 + 16 * 80, 0xFF);
    // 1280 planar bytes are 5120 bytes of memory: page 1, with lines 12 to 25.
    assertThat(damageOfNextRefresh()).containsExactly("0,12 640x14");
  }

  @Test
  void paletteAndStartAddressRepaintEverything() {
    f.mode(VgaModes.VGA_320X200X256);
    f.vga.refresh(f.screen);
    f.dac(200, 1, 2, 3);
    assertThat(damageOfNextRefresh()).containsExactly("0,0 640x400");
    f.crtc(0x0D, 1);
    assertThat(damageOfNextRefresh()).containsExactly("0,0 640x400");
    f.graphics(8, 0x12);
    assertThat(damageOfNextRefresh()).isEmpty();
  }

  @Test
  void paletteDoesNotMatterInDirectColor() {
    f.dispiMode(640, 480, 16, 0);
    f.vga.refresh(f.screen);
    f.dac(1, 9, 9, 9);
    assertThat(damageOfNextRefresh()).isEmpty();
  }

  @Test
  void visiblePagesAreArmedAndTheFirstWriteDisarmsThem() {
    f.dispiMode(1024, 768, 32, 0);
    f.vga.refresh(f.screen);
    WriteTraces traces = f.memory.traces();
    int entry = f.memory.writeEntry(VgaFixture.LFB >>> 12);
    int page = entry >>> 12;
    assertThat(traces.isArmed(page)).isTrue();
    assertThat(traces.isArmed(page + 767)).isTrue();
    assertThat(traces.isArmed(page + 768)).isFalse();
    f.memory.write(VgaFixture.LFB, 4, 1);
    assertThat(traces.isArmed(page)).isFalse();
    assertThat(traces.isArmed(page + 1)).isTrue();
  }

  @Test
  void anotherScreenIsPaintedInFull() {
    f.mode(VgaModes.VGA_320X200X256);
    f.palette();
    f.fill(0xA0000, 64000, 1);
    f.vga.refresh(f.screen);
    Screen other = new Screen();
    f.vga.refresh(other);
    assertThat(other.copy().pixels()).isEqualTo(f.screen.copy().pixels());
  }

  @Test
  void incrementalPaintingEqualsFullPainting() {
    f.mode(VgaModes.EGA_320X200X16);
    f.palette();
    f.fillPlanes(0x2000, 1);
    f.mode(VgaModes.EGA_320X200X16);
    f.vga.refresh(f.screen);
    for (int i = 0; i < 50; i++) {
      f.fill(0xA0000 + i * 163, 7, i);
      f.vga.refresh(f.screen);
    }
    Screen full = new Screen();
    f.vga.refresh(full);
    assertThat(full.copy().pixels()).isEqualTo(f.screen.copy().pixels());
  }
}
