package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.input.Key;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small systems and games that boot from a floppy and stay in real mode. */
@Tag("guest")
class SmallSystemsIT {
  /**
   * The game looks at the keyboard once in a frame, 18.2 times a second; twice that for a slow
   * host.
   */
  private static final long FRAME_MILLIS = 110;

  private static GuestUnderTest start(String image) {
    return GuestUnderTest.start(
        image.replaceFirst("\\..*", ""),
        MachineSpec.builder()
            .memory("16")
            .floppy(0, GuestImages.small(image))
            .boot("a")
            .snapshot(true));
  }

  @Test
  void mikeOsDialogsAndPrograms() {
    try (GuestUnderTest guest = start("mikeos.flp")) {
      guest.awaitScreenText("Please select an interface", 60);
      guest.press(Key.ENTER);
      guest.awaitScreenText("HANGMAN.BIN", 20);
      assertThat(guest.cpuShare(3)).as("share of a CPU while idle").isLessThan(0.2);
      guest.press(Key.ESC);
      guest.awaitScreenText("Please select an interface", 20);
      guest.strike(Key.RIGHT, Key.ENTER);
      guest.awaitScreenText("Commands: DIR, COPY", 20);
      guest.type("ver\n");
      guest.awaitScreenMatch("^MikeOS 4\\.5$", 20);
      guest.type("size kernel.bin\n");
      guest.awaitScreenMatch("Size \\(in bytes\\) is: \\d+", 20);
      guest.type("keyboard\n");
      guest.awaitScreenText("MikeOS Music Keyboard", 20);
      guest.type("zxc ");
      guest.press(Key.ESC);
      guest.awaitScreenMatch("^>$", 20);
      guest.type("calc.bas\n");
      guest.awaitScreenText("Calculator", 30);
    }
  }

  /** The list of programs, and one of them in a graphics mode: a game of one sector. */
  @Test
  void bootOsRunsAGame() {
    try (GuestUnderTest guest = start("bootos.img")) {
      guest.awaitScreenMatch("^\\$$", 60);
      guest.type("ver\n");
      guest.awaitScreenMatch("ver\\s+bootOS\\s+\\$$", 20);
      assertThat(guest.cpuShare(3)).as("share of a CPU while idle").isLessThan(0.2);
      guest.type("dir\n");
      guest.awaitScreenMatch("cubicdoom\\s+sokoban\\s+heart\\s+pi\\s+bootle\\s+\\$$", 20);
      guest.type("invaders\n");
      guest.await("graphics mode", 20, guest::showsGraphics);
      long before = guest.screenHash();
      guest.await("moving invaders", 20, () -> guest.screenHash() != before);
    }
  }

  /**
   * Mode 13h, timed by the interval timer: the bird flaps on a key, and pipes come at a playable
   * speed.
   */
  @Test
  void floppyBirdIsPlayable() {
    try (GuestUnderTest guest = start("floppybird.img")) {
      guest.await("graphics mode", 60, guest::showsGraphics);
      guest.await("pipes after a key", 30, () -> playsAfterAKey(guest));
      long start = guest.onVcpu(() -> guest.machine().events().clock().nanos());
      int from = leftmostPipe(guest.picture());
      guest.await("pipes that move", 30, () -> flapAndLook(guest) != from);
      int moved = Math.abs(from - leftmostPipe(guest.picture()));
      long nanos = guest.onVcpu(() -> guest.machine().events().clock().nanos()) - start;
      assertThat(moved / (nanos / 1e9)).as("pixels per second").isBetween(0.5, 100.0);
    }
  }

  private static boolean playsAfterAKey(GuestUnderTest guest) {
    guest.hold(Key.SPACE, FRAME_MILLIS);
    GuestUnderTest.pause(FRAME_MILLIS);
    return leftmostPipe(guest.picture()) > 0;
  }

  private static int flapAndLook(GuestUnderTest guest) {
    guest.hold(Key.SPACE, FRAME_MILLIS);
    GuestUnderTest.pause(2 * FRAME_MILLIS);
    return leftmostPipe(guest.picture());
  }

  /** Where on a line through the upper pipes the sky ends first, in guest pixels, or -1. */
  private static int leftmostPipe(Picture picture) {
    int scale = picture.width() / 320;
    int row = 6 * scale * picture.width();
    int sky = picture.pixels()[row];
    for (int x = 1; x < 150; x++) {
      if (picture.pixels()[row + x * scale] != sky) {
        return x;
      }
    }
    return -1;
  }
}
