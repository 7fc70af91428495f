package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.input.Key;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A GRUB rescue CD: its own test suite, what it finds in the machine, its graphics terminal. */
@Tag("guest")
class GrubIT {
  private static final int BOOT_SECONDS = 60;
  private static final String MENU = "GRUB self tests";

  private static GuestUnderTest start(String name) {
    return GuestUnderTest.start(
        name,
        MachineSpec.builder().memory("128").cdrom(GuestImages.large("grub-rescue.iso")).boot("d"));
  }

  /** The first entry starts by itself after five seconds. */
  @Test
  void selfTests() {
    try (GuestUnderTest guest = start("grub-self-tests")) {
      guest.awaitScreenText(MENU, BOOT_SECONDS);
      guest.awaitSerial("GRUB-TESTS-DONE", 120);
      assertThat(guest.serialText()).contains("ALL TESTS PASSED");
    }
  }

  @Test
  void hardwareLists() {
    try (GuestUnderTest guest = start("grub-lists")) {
      guest.awaitScreenText(MENU, BOOT_SECONDS);
      guest.strike(Key.DOWN, Key.ENTER);
      guest.awaitSerial("GRUB-INFO-DONE", BOOT_SECONDS);
      // PCI: host bridge, ISA bridge, IDE, power management, display
      assertThat(guest.serialText())
          .contains("8086:1237", "8086:7000", "8086:7010", "8086:7113", "1234:1111");
      assertThat(guest.serialText()).contains("800 x  600 x 32");
    }
  }

  @Test
  void graphicsTerminal() {
    try (GuestUnderTest guest = start("grub-gfxterm")) {
      guest.awaitScreenText(MENU, BOOT_SECONDS);
      guest.strike(Key.DOWN, Key.DOWN, Key.ENTER);
      guest.await("800x600", BOOT_SECONDS, () -> guest.picture().width() == 800);
      guest.await("the test picture", BOOT_SECONDS, () -> shows(guest.picture(), 0xFFFF00));
      Picture picture = guest.picture();
      assertThat(picture.height()).isEqualTo(600);
      for (int colour : new int[] {0xFF0000, 0x00FF00, 0x0000FF, 0x00FFFF, 0xFF00FF}) {
        assertThat(shows(picture, colour)).as("colour %06X", colour).isTrue();
      }
    }
  }

  private static boolean shows(Picture picture, int colour) {
    return Arrays.stream(picture.pixels()).filter(p -> p == colour).count() >= 5000;
  }
}
