package io.transvisor.guests;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FreeDOS from floppies: its memory managers, the command line, disks, the full-screen editor. */
@Tag("guest")
class FreeDosIT {
  private static final String PROMPT = "^A:\\\\>$";

  @TempDir private Path directory;

  private static MachineSpec.Builder floppy(String image) {
    return MachineSpec.builder().memory("64").floppy(0, GuestImages.small(image)).boot("a");
  }

  /** The ODIN distribution started by an entry of its menu, at the prompt. */
  private static GuestUnderTest odin(String name, MachineSpec.Builder spec, int entry) {
    GuestUnderTest guest = GuestUnderTest.start(name, spec);
    try {
      choose(guest, entry);
      return guest;
    } catch (Throwable e) {
      guest.close();
      throw e;
    }
  }

  private static void choose(GuestUnderTest guest, int entry) {
    guest.awaitScreenText("Enter a choice", 60);
    guest.type(entry + "\n");
    guest.awaitScreenMatch(PROMPT, 120);
  }

  /** Called a second time, the mouse driver tells that it is there and has found the port. */
  private static void hasMouseDriver(GuestUnderTest guest) {
    guest.type("cls\nctmouse\n");
    guest.awaitScreenMatch("Resident part reset to PS/2 port\\s+" + PROMPT, 20);
  }

  @Test
  void extendedMemoryManager() {
    try (GuestUnderTest guest = odin("freedos-himem", floppy("odin070.img").snapshot(true), 3)) {
      hasMouseDriver(guest);
      guest.type("mem\n");
      guest.awaitScreenMatch("Extended \\(XMS\\) +64,\\d{3}K", 20);
      guest.awaitScreenText("resident in the high memory area", 10);
    }
  }

  /** DOS in virtual-8086 mode: EMM386 emulates what DOS may not do itself. */
  @Test
  void expandedMemoryManager() {
    try (GuestUnderTest guest = odin("freedos-emm386", floppy("odin070.img").snapshot(true), 4)) {
      hasMouseDriver(guest);
      guest.type("mem\n");
      guest.awaitScreenMatch("Free Expanded \\(EMS\\) +32M", 20);
      guest.awaitScreenMatch("Upper +\\d+K +\\d+K +[1-9]\\d*K", 10);
      guest.press(Key.LEFT_CTRL, Key.LEFT_ALT, Key.DELETE);
      guest.awaitScreenText("Time remaining", 60);
    }
  }

  /** All drivers of the distribution: the CD-ROM drive is found and gets a drive letter. */
  @Test
  void cdRomDriver() {
    try (GuestUnderTest guest = odin("freedos-cdrom", floppy("odin070.img").snapshot(true), 6)) {
      guest.awaitScreenMatch("Found Master \\[ATAPI device\\] at base I/O: 0x0170", 60);
      guest.awaitScreenText("1 drive(s) available", 30);
      hasMouseDriver(guest);
    }
  }

  @Test
  void copiesFilesToAHardDisk() {
    DosDisk disk = DosDisk.create(directory.resolve("disk.img"));
    Path source = GuestImages.small("odin070.img");
    Path floppy = writable(source);
    MachineSpec.Builder spec =
        MachineSpec.builder()
            .memory("64")
            .floppy(0, floppy)
            .disk(0, "-hda", disk.image())
            .boot("a");
    try (GuestUnderTest guest = odin("freedos-copy", spec, 4)) {
      hasMouseDriver(guest);
      guest.type("cls\n");
      guest.type("copy a:\\*.exe c:\\\n");
      guest.awaitScreenMatch("DOSFSCK\\.EXE\\s+A:\\\\>$", 90);
      // Shift, and signs on shifted keys.
      guest.type("cls\nECHO It's \"50%\" of {all} @ $7 > C:\\SAYS.TXT\n");
      guest.awaitScreenMatch("SAYS.TXT\\s+A:\\\\>$", 20);
      guest.type("fdapm poweroff\n");
      assertThat(guest.awaitExit(60)).isZero();
    }
    disk.check();
    for (String name : new String[] {"APPEND.EXE", "EDIT.EXE", "MEM.EXE", "DOSFSCK.EXE"}) {
      assertThat(disk.read(name)).as(name).isEqualTo(disk.readFromFloppy(source, name));
    }
    assertThat(new String(disk.read("SAYS.TXT"), US_ASCII).strip())
        .isEqualTo("It's \"50%\" of {all} @ $7");
  }

  /**
   * A full-screen program that reads scan codes: menus by Alt and by mouse, cursor keys, saving.
   */
  @Test
  void fullScreenEditor() {
    DosDisk disk = DosDisk.create(directory.resolve("disk.img"));
    MachineSpec.Builder spec =
        MachineSpec.builder()
            .memory("64")
            .floppy(0, writable(GuestImages.small("odin070.img")))
            .disk(0, "-hda", disk.image())
            .boot("a");
    try (GuestUnderTest guest = odin("freedos-edit", spec, 3)) {
      hasMouseDriver(guest);
      guest.type("edit c:\\letter.txt\n");
      guest.awaitScreenText("FreeDOS Edit", 20);
      guest.awaitScreenMatch("(?i)letter\\.txt", 10);
      guest.type("Dear Sir,\nthis is the last line");
      guest.strike(Key.UP, Key.END, Key.BACKSPACE);
      guest.type(" or Madam,");
      guest.awaitScreenText("Dear Sir or Madam,", 10);
      guest.press(Key.LEFT_ALT, Key.F);
      guest.awaitScreenText("Save as...", 10);
      guest.type("s");
      guest.awaitScreen("a closed menu", 10, s -> !s.contains("Save as..."));
      // The pointer goes to the upper left corner, then right to the menu bar.
      for (int i = 0; i < 8; i++) {
        guest.moveMouse(-100, -100, 0);
      }
      guest.moveMouse(0, 10, 0);
      GuestUnderTest.pause(500);
      guest.click(InputSink.LEFT);
      guest.strike(Key.ESC, Key.ESC);
      guest.press(Key.LEFT_ALT, Key.X);
      guest.awaitScreenMatch(PROMPT, 20);
      guest.type("type c:\\letter.txt\n");
      guest.awaitScreenText("Dear Sir or Madam,", 10);
      guest.type("fdapm poweroff\n");
      assertThat(guest.awaitExit(60)).isZero();
    }
    disk.check();
    assertThat(new String(disk.read("LETTER.TXT"), US_ASCII))
        .startsWith("Dear Sir or Madam,\r\nthis is the last line");
  }

  @Test
  void minimalSystem() {
    try (GuestUnderTest guest =
        GuestUnderTest.start("freedos-minimal", floppy("freedos-boot-1440.img").snapshot(true))) {
      guest.awaitScreenMatch(PROMPT, 60);
      guest.type("dir\n");
      guest.awaitScreenMatch("KERNEL +SYS +45,450", 20);
      guest.awaitScreenText("1,337,344 bytes free", 10);
    }
  }

  /**
   * DOSFSCK is a 32-bit program: CWSDPMI takes it to protected mode. The system halts while it
   * waits.
   */
  @Test
  void protectedModeProgram() {
    DosDisk disk = DosDisk.create(directory.resolve("disk.img"));
    MachineSpec.Builder spec =
        floppy("jpc-freedos-floppy.img").disk(0, "-hda", disk.image()).snapshot(true);
    try (GuestUnderTest guest = GuestUnderTest.start("freedos-dpmi", spec)) {
      guest.awaitScreenMatch("Installed at PS/2 port\\s+" + PROMPT, 60);
      assertThat(guest.cpuShare(5)).as("share of a CPU while idle").isLessThan(0.1);
      guest.type("dosfsck -v c:\n");
      guest.awaitScreenText("63 sectors/track, 16 heads", 30);
      guest.awaitScreenMatch("c::.*32671 clusters", 30);
    }
  }

  /** A copy of an image that the guest may write to. */
  private Path writable(Path image) {
    try {
      Path copy = directory.resolve("floppy.img");
      Files.write(copy, Files.readAllBytes(image));
      return copy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
