package io.transvisor.guests;

import io.transvisor.console.machine.MachineSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memtest86+ 6: finds CPU and memory without help, then tests through PAE windows. */
@Tag("guest")
class MemtestIT {
  private static final int BOOT_SECONDS = 60;

  /** The pattern tests up to the one with random numbers take another minute or two. */
  private static final int TEST_SECONDS = 120;

  @Test
  void fromCd() {
    run(
        "memtest-cd",
        MachineSpec.builder().cdrom(GuestImages.large("memtest86+ia32.iso")).boot("d"));
  }

  /** As a kernel in the Linux boot protocol, without firmware. */
  @Test
  void asKernel() {
    run(
        "memtest-kernel",
        MachineSpec.builder().kernel(GuestImages.kernelFile("memtest86+ia32.bin"), null, null));
  }

  private static void run(String name, MachineSpec.Builder machine) {
    try (GuestUnderTest guest = GuestUnderTest.start(name, machine.memory("16"))) {
      guest.awaitScreenText("Press <F1> to configure", BOOT_SECONDS);
      guest.awaitScreenText("Pentium III", 1);
      guest.type("\n");
      guest.awaitScreenMatch("Test #([3-9]|1\\d)", TEST_SECONDS); // a test may be over quickly
      guest.awaitScreenMatch("Errors: 0", 1);
    }
  }
}
