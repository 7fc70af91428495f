package io.transvisor.console.machine;

import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A {@code -drive} option, with the properties QEMU gives it that make sense here.
 *
 * @param option as the user wrote it
 * @param file the image, null for an empty CD-ROM drive
 * @param index place on its interface, or {@link #NEXT_FREE}
 */
record DriveOption(String option, Path file, boolean floppy, boolean cdrom, int index) {
  static final int NEXT_FREE = -1;

  private static final int UNITS_PER_BUS = 2;
  private static final int IDE_PLACES = 4;
  private static final int FLOPPY_PLACES = 2;

  /**
   * @throws VmmException naming the property that is wrong
   */
  static DriveOption parse(String option) {
    Path file = null;
    boolean floppy = false;
    boolean cdrom = false;
    int index = NEXT_FREE;
    int bus = 0;
    int unit = NEXT_FREE;
    boolean kept = false;
    for (String property : split(option)) {
      int equals = property.indexOf('=');
      String key = equals < 0 ? property : property.substring(0, equals);
      String value = equals < 0 ? "" : property.substring(equals + 1);
      switch (key) {
        case "file" -> file = value.isEmpty() ? null : Path.of(value);
        case "if" -> floppy = oneOf(option, property, value, "ide", "floppy") == 1;
        case "media" -> cdrom = oneOf(option, property, value, "disk", "cdrom") == 1;
        case "format" -> oneOf(option, property, value, "raw");
        case "index" -> index = number(option, property, value, IDE_PLACES);
        case "bus" -> bus = number(option, property, value, UNITS_PER_BUS);
        case "unit" -> unit = number(option, property, value, UNITS_PER_BUS);
        case "snapshot", "readonly" -> kept |= oneOf(option, property, value, "off", "on") == 1;
        case "id", "cache", "aio", "discard", "detect-zeroes" -> {} // tell about QEMU's inner life
        default -> throw error(option, property, "unknown property");
      }
    }
    if (unit != NEXT_FREE) {
      index = bus * UNITS_PER_BUS + unit;
    }
    if (floppy && (cdrom || index >= FLOPPY_PLACES)) {
      throw error(option, "if=floppy", "there are only floppy disks, with index 0 and 1");
    }
    if (kept && !cdrom) {
      throw new VmmException("-drive " + option + ": to keep disk images unchanged use -snapshot");
    }
    if (file == null && !cdrom) {
      throw error(option, "file=", "missing");
    }
    return new DriveOption("-drive " + option, file, floppy, cdrom, index);
  }

  /** At commas; two of them are one that belongs to the value. */
  private static List<String> split(String option) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (int i = 0; i < option.length(); i++) {
      char c = option.charAt(i);
      if (c == ',' && i + 1 < option.length() && option.charAt(i + 1) == ',') {
        i++;
      } else if (c == ',') {
        parts.add(part.toString());
        part.setLength(0);
        continue;
      }
      part.append(c);
    }
    parts.add(part.toString());
    return parts;
  }

  private static int oneOf(String option, String property, String value, String... possible) {
    int found = List.of(possible).indexOf(value);
    if (found < 0) {
      throw error(option, property, "choose " + String.join(" or ", possible));
    }
    return found;
  }

  private static int number(String option, String property, String value, int end) {
    if (!value.matches("\\d") || value.charAt(0) - '0' >= end) {
      throw error(option, property, "not a number from 0 to " + (end - 1));
    }
    return value.charAt(0) - '0';
  }

  private static VmmException error(String option, String property, String what) {
    return new VmmException("-drive " + option + ": " + property + ": " + what);
  }
}
