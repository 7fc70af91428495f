package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.display.Screen.Picture;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An X11 desktop in 800x600x16: the video BIOS called through an x86 emulator, the linear frame
 * buffer, mouse and keyboard as the X server reads them.
 */
@Tag("guest-long")
class DebianDesktopIT {
  private static final int BOOT_SECONDS = 1200;
  private static final int ANSWER_SECONDS = 60;
  private static final int LEFT_BUTTON = 1;

  /** A place in the terminal. */
  private static final int TERMINAL_X = 300;

  private static final int TERMINAL_Y = 200;

  /** Where xeyes lies. */
  private static final int EYES_X = 630;

  private static final int EYES_Y = 200;
  private static final int EYES_WIDTH = 150;
  private static final int EYES_HEIGHT = 100;

  @Test
  void desktopFollowsMouseAndKeyboard() {
    MachineSpec.Builder spec =
        MachineSpec.builder()
            .memory("192")
            .disk(0, "-hda", GuestImages.large("debian12-i386-x11.img"))
            .snapshot(true);
    try (GuestUnderTest guest = GuestUnderTest.start("debian-x11", spec)) {
      guest.awaitSerial("boot:", ANSWER_SECONDS);
      guest.typeSerial("\n");
      guest.awaitSerial("GUI-READY", BOOT_SECONDS);
      assertThat(guest.serialText()).contains("dimensions: 800x600", "depth of root window: 16");
      Picture desktop = guest.picture();
      assertThat(desktop.width()).isEqualTo(800);
      assertThat(desktop.height()).isEqualTo(600);

      // From the top left corner the eyes look left, from the bottom right they look down and
      // right.
      guest.moveMouse(-1600, -1200, 0);
      GuestUnderTest.pause(2000);
      int lookingLeft = eyes(guest);
      guest.moveMouse(1600, 1200, 0);
      guest.await("movement of the eyes", ANSWER_SECONDS, () -> eyes(guest) != lookingLeft);

      // The terminal lies at (40, 40), and comes when it comes; the X server may double the way.
      guest.await("the terminal", BOOT_SECONDS, () -> isDrawn(guest, TERMINAL_X, TERMINAL_Y));
      guest.moveMouse(-1600, -1200, 0);
      guest.moveMouse(100, 80, 0);
      guest.click(LEFT_BUTTON);
      GuestUnderTest.pause(2000); // the window manager gives the terminal the focus
      guest.type("echo X-$((6*7)) > /dev/ttyS0\n");
      guest.awaitSerial("X-42", ANSWER_SECONDS);
    }
  }

  private static boolean isDrawn(GuestUnderTest guest, int x, int y) {
    Picture p = guest.picture();
    int background = p.pixels()[0];
    return p.pixels()[y * p.width() + x] != background;
  }

  private static int eyes(GuestUnderTest guest) {
    Picture p = guest.picture();
    int hash = 1;
    for (int y = EYES_Y; y < EYES_Y + EYES_HEIGHT; y++) {
      int from = y * p.width() + EYES_X;
      hash = 31 * hash + Arrays.hashCode(Arrays.copyOfRange(p.pixels(), from, from + EYES_WIDTH));
    }
    return hash;
  }
}
