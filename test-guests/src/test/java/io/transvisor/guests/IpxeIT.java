package io.transvisor.guests;

import io.transvisor.console.machine.MachineSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * iPXE unpacks itself in 16-bit protected mode and goes back to the firmware when it finds no card.
 */
@Tag("guest")
class IpxeIT {
  @Test
  void fromCd() {
    try (GuestUnderTest guest =
        GuestUnderTest.start(
            "ipxe-cd",
            MachineSpec.builder().memory("64").cdrom(GuestImages.large("ipxe.iso")).boot("d"))) {
      guest.awaitScreenText("iPXE initialising devices...ok", 90);
      guest.awaitScreenText("No more network devices", 60);
      guest.awaitScreenText("No bootable device", 60);
    }
  }

  /** As a kernel that can be started in real mode only: an option ROM loads it for the firmware. */
  @Test
  void asKernel() {
    GuestImages.requireFirmware();
    MachineSpec.Builder spec =
        MachineSpec.builder().memory("64").kernel(GuestImages.kernelFile("ipxe.lkrn"), null, null);
    try (GuestUnderTest guest = GuestUnderTest.start("ipxe-kernel", spec)) {
      guest.awaitScreenText("Booting from ROM...", 90);
      guest.awaitScreenText("No more network devices", 60);
    }
  }
}
