package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.display.Screen.Picture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The demo guest: its tasks draw, its terminal answers, the mouse paints, "off" switches it off.
 */
@Tag("guest")
class DemoIT {
  private static final int SECONDS = 60;
  private static final int LEFT_BUTTON = 1;

  private record Window(int x, int y, int width, int height) {}

  private static final Window PLASMA = new Window(24, 72, 256, 192);
  private static final Window CUBE = new Window(296, 72, 224, 192);
  private static final Window TERMINAL = new Window(24, 312, 496, 256);
  private static final Window PAINT = new Window(536, 312, 240, 256);

  @TempDir Path directory;

  private GuestUnderTest start(String name) {
    try (InputStream in = DemoIT.class.getResourceAsStream("demo.bin")) {
      Path kernel = Files.write(directory.resolve("demo.bin"), in.readAllBytes());
      MachineSpec.Builder spec = MachineSpec.builder().memory("32").kernel(kernel, null, null);
      GuestUnderTest guest = GuestUnderTest.start(name, spec);
      guest.await("800x600", SECONDS, () -> guest.picture().width() == 800);
      return guest;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int hash(GuestUnderTest guest, Window w) {
    Picture p = guest.picture();
    int hash = 0;
    for (int y = w.y; y < Math.min(w.y + w.height, p.height()); y++) {
      for (int x = w.x; x < Math.min(w.x + w.width, p.width()); x++) {
        hash = 31 * hash + p.pixels()[y * p.width() + x];
      }
    }
    return hash;
  }

  private static void awaitChange(GuestUnderTest guest, String what, Window w, int from) {
    guest.await(what, SECONDS, () -> hash(guest, w) != from);
  }

  @Test
  void tasksDrawAtTheSameTime() {
    try (GuestUnderTest guest = start("demo-tasks")) {
      for (Window w : new Window[] {PLASMA, CUBE}) {
        awaitChange(guest, "movement", w, hash(guest, w));
        awaitChange(guest, "movement", w, hash(guest, w));
      }
    }
  }

  @Test
  void mousePaints() {
    try (GuestUnderTest guest = start("demo-paint")) {
      GuestUnderTest.pause(1000);
      guest.moveMouse(200, 100, 0);
      int empty = hash(guest, PAINT);
      guest.moveMouse(60, 60, LEFT_BUTTON);
      guest.moveMouse(-250, -200, 0);
      awaitChange(guest, "a line", PAINT, empty);
    }
  }

  @Test
  void terminalAnswersAndSwitchesOff() {
    try (GuestUnderTest guest = start("demo-terminal")) {
      GuestUnderTest.pause(1000);
      int before = hash(guest, TERMINAL);
      guest.type("help\n");
      awaitChange(guest, "an answer", TERMINAL, before);
      // a page fault in user mode starts the task again, with an empty window
      int answered = hash(guest, TERMINAL);
      guest.type("crash\n");
      awaitChange(guest, "an echo", TERMINAL, answered);
      GuestUnderTest.pause(3000);
      guest.type("off\n");
      assertThat(guest.awaitExit(SECONDS)).isZero();
    }
  }

  @Test
  void resetStartsOver() {
    try (GuestUnderTest guest = start("demo-reset")) {
      GuestUnderTest.pause(1000);
      int fresh = hash(guest, TERMINAL);
      guest.type("help\n");
      awaitChange(guest, "an answer", TERMINAL, fresh);
      guest.type("reset\n");
      guest.await("the text mode of the start", SECONDS, () -> !guest.showsGraphics());
      guest.await("the first prompt again", SECONDS, () -> hash(guest, TERMINAL) == fresh);
    }
  }
}
