package io.transvisor.guests;

import io.transvisor.console.machine.MachineSpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The Debian installer, loaded without firmware: kernel, initial RAM disk and command line given on
 * the host.
 */
@Tag("guest-long")
class DebianInstallerIT {
  @Test
  void showsTheListOfLanguagesOnTheSerialLine() {
    MachineSpec.Builder spec =
        MachineSpec.builder()
            .memory("512")
            .kernel(
                GuestImages.kernelFile("di12-linux"),
                GuestImages.kernelFile("di12-initrd.gz").toString(),
                "console=ttyS0");
    try (GuestUnderTest guest = GuestUnderTest.start("debian-installer", spec)) {
      guest.awaitSerial("Linux version 6.1", 120);
      guest.awaitSerial("Select a language", 1200);
    }
  }
}
