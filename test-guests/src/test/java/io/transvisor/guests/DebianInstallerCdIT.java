package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.display.Screen.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian installer from a CD made here: El Torito, ISOLINUX, which reads 36 MB through the
 * firmware, then the kernel with its console in the linear frame buffer.
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

  private static final int BLUE = 0x0000AA;
  private static final int GREY = 0xAAAAAA;
  private static final int RED = 0xAA0000;

  /** The highlighted line, in pixels. */
  private static final int BAR_WIDTH = 344;

  private static final int LINE_HEIGHT = 16;

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
      guest.await("the list of languages", 1200, () -> showsList(guest.picture()));
    }
  }

  /** A grey dialogue on blue, with one line of the list highlighted in red. */
  private static boolean showsList(Picture p) {
    long all = p.pixels().length;
    return p.width() == 1024
        && p.height() == 768
        && count(p, BLUE) > all / 4
        && count(p, GREY) > all / 3
        && count(p, RED) > BAR_WIDTH * LINE_HEIGHT / 2;
  }

  private static long count(Picture p, int colour) {
    return Arrays.stream(p.pixels()).filter(pixel -> (pixel & 0xFFFFFF) == colour).count();
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
