package io.transvisor.guests;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.input.Key;
import java.util.Collections;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A CD with the graphical menu of ISOLINUX, its diagnostic tools, and floppies through MEMDISK. */
@Tag("guest")
class ToolsCdIT {
  private static final int SECONDS = 60;

  /** Places in the menu. */
  private static final int HDT = 0;

  private static final int MEMINFO = 1;
  private static final int IPXE = 4;
  private static final int BOOTOS = 5;
  private static final int FREEDOS = 7;

  private static GuestUnderTest choose(String name, int entry) {
    GuestUnderTest guest =
        GuestUnderTest.start(
            name,
            MachineSpec.builder().memory("64").cdrom(GuestImages.large("toolscd.iso")).boot("d"));
    try {
      guest.await(
          "the menu's graphics",
          SECONDS,
          () -> guest.picture().width() == 640 && guest.showsGraphics());
      GuestUnderTest.pause(2000); // it throws away what was typed before it has drawn itself
      Collections.nCopies(entry, Key.DOWN).forEach(guest::press);
      guest.press(Key.ENTER);
      return guest;
    } catch (RuntimeException | AssertionError e) {
      guest.close();
      throw e;
    }
  }

  @Test
  void hardwareDetectionTool() {
    try (GuestUnderTest guest = choose("hdt", HDT)) {
      guest.awaitScreenText("PCI Devices( 5)", SECONDS);
      guest.press(Key.ENTER);
      guest.awaitScreenText("ID:8086:1237", SECONDS);
      nextMenu(guest);
      guest.awaitScreenText("64 MB detected", SECONDS);
      nextMenu(guest);
      guest.awaitScreenText("Vendor    : Intel", SECONDS);
      nextMenu(guest);
      guest.awaitScreenText("Vendor    : SeaBIOS", SECONDS);
    }
  }

  /** Leaves a menu for the one below it. ESC first waits for the rest of an escape sequence. */
  private static void nextMenu(GuestUnderTest guest) {
    for (Key key : new Key[] {Key.ESC, Key.DOWN, Key.ENTER}) {
      guest.press(key);
      GuestUnderTest.pause(1500);
    }
  }

  @Test
  void memoryMap() {
    try (GuestUnderTest guest = choose("meminfo", MEMINFO)) {
      guest.awaitScreenText("DOS RAM: 639K", SECONDS);
      guest.awaitScreenText("INT 15 E801: 0x3c00 (15360K)", SECONDS);
      guest.awaitScreenText("usable", SECONDS);
    }
  }

  @Test
  void floppiesInMemory() {
    try (GuestUnderTest guest = choose("memdisk-bootos", BOOTOS)) {
      guest.awaitScreenMatch("^\\$", SECONDS);
    }
    try (GuestUnderTest guest = choose("memdisk-freedos", FREEDOS)) {
      guest.awaitScreenMatch("A:\\\\>", SECONDS);
    }
  }

  @Test
  void networkBootFirmware() {
    try (GuestUnderTest guest = choose("ipxe-from-menu", IPXE)) {
      guest.awaitScreenText("iPXE 1.0.0", SECONDS);
      guest.awaitScreenText("No more network devices", SECONDS);
    }
  }
}
