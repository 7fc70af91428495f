package io.transvisor.guests;

import io.transvisor.console.machine.MachineSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** FreeDOS from floppies: its memory managers, the command line, the full-screen editor. */
@Tag("guest")
class FreeDosIT {
  private static MachineSpec.Builder odin() {
    return MachineSpec.builder()
        .memory("64")
        .floppy(0, GuestImages.small("odin070.img"))
        .boot("a")
        .snapshot(true);
  }

  @Test
  void extendedMemoryManager() {
    try (GuestUnderTest guest = GuestUnderTest.start("freedos-himem", odin())) {
      guest.awaitScreenText("Enter a choice", 60);
      guest.type("3\n");
      guest.awaitScreenMatch("^A:\\\\>$", 60);
    }
  }
}
