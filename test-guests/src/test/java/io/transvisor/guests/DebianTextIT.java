package io.transvisor.guests;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.machine.MachineSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Debian 12 from a disk image: boot loader, kernel with and without PAE, log-in on the serial line
 * and on the screen, and a fixed workload whose results must be those of any other PC.
 */
@Tag("guest-long")
class DebianTextIT {
  private static final int BOOT_PROMPT_SECONDS = 60;
  private static final int BOOT_SECONDS = 900;
  private static final int WORKLOAD_SECONDS = 1800;
  private static final int COMMAND_SECONDS = 60;

  /** The terminal forgets what was typed before the password is asked for. */
  private static final long FLUSH_MILLIS = 2000;

  /** In ten seconds; one that does not halt executes several times as many. */
  private static final long IDLE_INSTRUCTIONS = 100_000_000;

  /** What the workload computes, by the name of the step. */
  private static final Map<String, String> EXPECTED =
      Map.of(
          "int", "1880917280",
          "fp", "447.150696612",
          "md5", "14d20d18d7f0fed186b420fe6fd31991  -",
          "sha", "6506614505e113daab08b3f894ca46d4d61867c7b007c413b47a669abe8aae67  -",
          "gzip", "17997adb78525bc7e01df98b764ade98",
          "fork", "forks300",
          "disk", "2c7ab85a893283e98c931e9511add182  -",
          "perl", "742112 488895");

  private static final Pattern RESULT = Pattern.compile("T (\\w+) \\[([^]]*)\\]");

  private static GuestUnderTest boot(String name) {
    return GuestUnderTest.start(
        name,
        MachineSpec.builder()
            .memory("128")
            .disk(0, "-hda", GuestImages.large("debian12-i386-text.img"))
            .snapshot(true));
  }

  @ParameterizedTest
  @ValueSource(strings = {"selftest", "selftestpae"})
  void workloadHasTheResultsOfAnyOtherPc(String label) {
    try (GuestUnderTest guest = boot("debian-" + label)) {
      guest.awaitSerial("boot:", BOOT_PROMPT_SECONDS);
      guest.typeSerial(label + "\n");
      guest.awaitSerial("SELFTEST-BEGIN", BOOT_SECONDS);
      guest.awaitSerial("SELFTEST-OK", WORKLOAD_SECONDS);
      assertThat(results(guest.serialText())).isEqualTo(EXPECTED);
      assertThat(guest.awaitExit(BOOT_SECONDS)).as("switched off through ACPI").isZero();
    }
  }

  private static Map<String, String> results(String serial) {
    Map<String, String> results = new LinkedHashMap<>();
    Matcher m = RESULT.matcher(serial);
    while (m.find()) {
      results.put(m.group(1), m.group(2));
    }
    return results;
  }

  @ParameterizedTest
  @ValueSource(strings = {"l686", "pae"})
  void logInOnSerialLineAndScreen(String label) {
    try (GuestUnderTest guest = boot("debian-" + label)) {
      guest.awaitSerial("boot:", BOOT_PROMPT_SECONDS);
      guest.typeSerial(label + "\n");

      guest.awaitSerial("login:", BOOT_SECONDS);
      guest.typeSerial("root\n");
      guest.awaitSerial("Password:", COMMAND_SECONDS);
      GuestUnderTest.pause(FLUSH_MILLIS);
      guest.typeSerial("root\n");
      guest.awaitSerial("w2kguest:~#", COMMAND_SECONDS);
      guest.typeSerial("echo serial-$((6*7)) $(cat /sys/block/sda/queue/logical_block_size)\n");
      guest.awaitSerial("serial-42 512", COMMAND_SECONDS);

      guest.awaitScreenText("login:", BOOT_SECONDS);
      guest.type("root\n");
      guest.awaitScreenText("Password:", COMMAND_SECONDS);
      GuestUnderTest.pause(FLUSH_MILLIS);
      guest.type("root\n");
      guest.awaitScreenText("w2kguest:~#", COMMAND_SECONDS);
      guest.type("echo screen-$((6*7))\n");
      guest.awaitScreenMatch("^screen-42", COMMAND_SECONDS);

      kernelIsContent(guest);
      guest.typeSerial("poweroff\n");
      assertThat(guest.awaitExit(BOOT_SECONDS)).isZero();
    }
  }

  /** Nothing in the kernel's log that tells of hardware that does not work as it should. */
  private static void kernelIsContent(GuestUnderTest guest) {
    guest.typeSerial("dmesg; echo dmesg-$((1+1))\n");
    guest.awaitSerial("dmesg-2", COMMAND_SECONDS);
    assertThat(guest.serialText())
        .contains("ata1: PATA max MWDMA2", "16550A", "i8042 KBD port", "i8042 AUX port")
        .doesNotContain("lost interrupt", "nobody cared", "failed command", "Oops", "BUG:")
        .doesNotContain("segfault", "general protection", "invalid opcode", "Call Trace");
  }

  @Test
  void idleGuestLeavesTheHostAlone() {
    try (GuestUnderTest guest = boot("debian-idle")) {
      guest.awaitSerial("boot:", BOOT_PROMPT_SECONDS);
      guest.typeSerial("\n");
      guest.awaitSerial("login:", BOOT_SECONDS);
      GuestUnderTest.pause(10_000); // the last services start
      long before = guest.onVcpu(() -> guest.machine().engine().cpu().instructions);
      GuestUnderTest.pause(10_000);
      long executed = guest.onVcpu(() -> guest.machine().engine().cpu().instructions) - before;
      assertThat(executed).as("instructions in ten idle seconds").isLessThan(IDLE_INSTRUCTIONS);
    }
  }
}
