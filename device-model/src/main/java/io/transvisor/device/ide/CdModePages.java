package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.io.ByteArrayOutputStream;

/** The mode pages of a CD drive and MODE SENSE and SELECT on them (MMC-3, 5.5). */
final class CdModePages {
  private static final int ERROR_RECOVERY = 0x01;
  private static final int CD_DEVICE = 0x0D;
  private static final int AUDIO_CONTROL = 0x0E;
  private static final int CAPABILITIES = 0x2A;
  private static final int ALL_PAGES = 0x3F;

  // Page control field of MODE SENSE.
  private static final int CURRENT_VALUES = 0;
  private static final int CHANGEABLE_VALUES = 1;
  static final int SAVED_VALUES = 3;

  /** Four times the speed of an audio CD, in kB/s. */
  private static final int SPEED = 704;

  private static final byte[][] DEFAULTS = {
    {ERROR_RECOVERY, 6, 0, 5, 0, 0, 0, 0},
    // Inactivity timer, then seconds per minute and frames per second.
    {CD_DEVICE, 6, 0, 0x0D, 0, 60, 0, 75},
    // Immediate return; channel and volume of the four ports.
    {AUDIO_CONTROL, 14, 4, 0, 0, 0, 0, 75, 1, (byte) 0xFF, 2, (byte) 0xFF, 0, 0, 0, 0},
  };

  private static final byte[][] CHANGEABLE = {
    {ERROR_RECOVERY, 6, (byte) 0xFF, (byte) 0xFF, 0, 0, 0, 0},
    {CD_DEVICE, 6, 0, 0x0F, 0, 0, 0, 0},
    {AUDIO_CONTROL, 14, 2, 0, 0, 0, 0, 0, 15, -1, 15, -1, 15, -1, 15, -1},
  };

  private final byte[][] current = new byte[DEFAULTS.length][];

  CdModePages() {
    reset();
  }

  void reset() {
    for (int i = 0; i < current.length; i++) {
      current[i] = DEFAULTS[i].clone();
    }
  }

  /**
   * The pages asked for, without header.
   *
   * @param control 0 current, 1 changeable, 2 default values
   * @return null if there is no such page
   */
  byte[] sense(int page, int control, boolean locked) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < current.length; i++) {
      if (page == ALL_PAGES || page == current[i][0]) {
        byte[][] values =
            control == CURRENT_VALUES
                ? current
                : control == CHANGEABLE_VALUES ? CHANGEABLE : DEFAULTS;
        out.writeBytes(values[i]);
      }
    }
    if (page == ALL_PAGES || page == CAPABILITIES) {
      out.writeBytes(capabilities(control, locked));
    }
    return out.size() == 0 ? null : out.toByteArray();
  }

  private static byte[] capabilities(int control, boolean locked) {
    byte[] p = new byte[20];
    p[0] = CAPABILITIES;
    p[1] = 18;
    if (control == CHANGEABLE_VALUES) {
      return p;
    }
    // Reads CD-R, CD-RW and DVD-ROM.
    p[2] = 0x0B;
    // Plays audio, reads mode 2 forms 1 and 2, multi-session: claimed because software looks for
    // it.
    p[4] = 0x71;
    // Reads the catalogue number and ISRCs; no CD-DA commands.
    p[5] = 0x60;
    // Lock, eject, tray; bit 1 is the lock's state.
    p[6] = (byte) (0x29 | (locked ? 2 : 0));
    putWord(p, 8, SPEED);
    // Volume levels, then the buffer in KiB.
    putWord(p, 10, 2);
    putWord(p, 12, 512);
    putWord(p, 14, SPEED);
    return p;
  }

  private static void putWord(byte[] p, int at, int value) {
    p[at] = (byte) (value >>> 8);
    p[at + 1] = (byte) value;
  }

  /**
   * MODE SELECT: takes over the changeable bits of the pages in a parameter list.
   *
   * @param at where the first page starts
   * @return null, or why nothing was changed
   */
  Sense select(byte[] list, int at) {
    Sense problem = check(list, at);
    if (problem != null) {
      return problem;
    }
    for (int pos = at; pos < list.length; pos += 2 + (list[pos + 1] & 0xFF)) {
      int page = index(list[pos] & 0x3F);
      for (int i = 2; page >= 0 && i < current[page].length; i++) {
        int mask = CHANGEABLE[page][i];
        current[page][i] = (byte) (current[page][i] & ~mask | list[pos + i] & mask);
      }
    }
    return null;
  }

  private static Sense check(byte[] list, int at) {
    int pos = at;
    while (pos < list.length) {
      if (pos + 2 > list.length || pos + 2 + (list[pos + 1] & 0xFF) > list.length) {
        return Sense.PARAMETER_LIST_LENGTH;
      }
      int length = 2 + (list[pos + 1] & 0xFF);
      int code = list[pos] & 0x3F;
      int page = index(code);
      boolean known = page >= 0 ? length == DEFAULTS[page].length : code == CAPABILITIES;
      if (!known) {
        return Sense.INVALID_FIELD_IN_PARAMETERS;
      }
      pos += length;
    }
    return pos == list.length ? null : Sense.PARAMETER_LIST_LENGTH;
  }

  private static int index(int code) {
    for (int i = 0; i < DEFAULTS.length; i++) {
      if (DEFAULTS[i][0] == code) {
        return i;
      }
    }
    return -1;
  }

  void save(StateWriter out, String prefix) {
    for (byte[] page : current) {
      out.putBytes(prefix + "modePage" + page[0], page);
    }
  }

  void load(StateReader in, String prefix) {
    for (int i = 0; i < current.length; i++) {
      current[i] = in.getBytes(prefix + "modePage" + DEFAULTS[i][0]);
    }
  }
}
