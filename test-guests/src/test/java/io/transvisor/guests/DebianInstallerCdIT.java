package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian installer from a CD made here: El Torito, ISOLINUX, which reads 36 MB through the
 * firmware, then the kernel with its console on the screen, kept in text mode so that the test can
 * read it.
 */
@Tag("guest-long")
class DebianInstallerCdIT {
  private static final Path ISOLINUX = Path.of("/usr/lib/ISOLINUX/isolinux.bin");
  private static final Path LDLINUX = Path.of("/usr/lib/syslinux/modules/bios/ldlinux.c32");

  private static final String CONFIGURATION =
      """
      DEFAULT install
      PROMPT 1
      TIMEOUT 30
      LABEL install
       KERNEL linux
       INITRD initrd.gz
       APPEND vga=normal fb=false
      """;

  @TempDir Path directory;

  @Test
  void reachesTheListOfLanguages() throws Exception {
    GuestImages.requireFirmware();
    MachineSpec.Builder spec = MachineSpec.builder().memory("512").cdrom(makeCd()).boot("d");
    try (GuestUnderTest guest = GuestUnderTest.start("debian-installer-cd", spec)) {
      guest.awaitScreenText("boot:", 60);
      guest.type("\n");
      guest.awaitScreenText("Loading linux... ok", 120);
      guest.awaitScreenText("Loading initrd.gz...ok", 240);
      guest.awaitScreenText("Choose the language", 1200);
      assertThat(guest.screenText()).contains("English");
    }
  }

  private Path makeCd() throws IOException, InterruptedException {
    GuestImages.requireTool("xorriso");
    Assumptions.assumeTrue(Files.isReadable(ISOLINUX), ISOLINUX + " is not installed");
    Assumptions.assumeTrue(Files.isReadable(LDLINUX), LDLINUX + " is not installed");
    Path tree = Files.createDirectory(directory.resolve("cd"));
    Files.copy(ISOLINUX, tree.resolve("isolinux.bin"));
    Files.copy(LDLINUX, tree.resolve("ldlinux.c32"));
    Files.copy(GuestImages.kernelFile("di12-linux"), tree.resolve("linux"));
    Files.copy(GuestImages.kernelFile("di12-initrd.gz"), tree.resolve("initrd.gz"));
    Files.writeString(tree.resolve("isolinux.cfg"), CONFIGURATION);
    Path iso = directory.resolve("installer.iso");
    String options =
        "-as mkisofs -quiet -V INSTALLER -b isolinux.bin -c boot.cat"
            + " -no-emul-boot -boot-load-size 4 -boot-info-table";
    Process xorriso =
        new ProcessBuilder(("xorriso " + options + " -o " + iso + " " + tree).split(" "))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("xorriso.log").toFile())
            .start();
    assertThat(xorriso.waitFor()).isZero();
    return iso;
  }
}
