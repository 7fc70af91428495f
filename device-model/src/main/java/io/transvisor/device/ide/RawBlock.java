package io.transvisor.device.ide;

import io.transvisor.device.storage.IsoMedium;

/**
 * The 2352 bytes of a mode 1 sector around its 2048 bytes of user data: sync pattern, header, error
 * detection code and the two Reed-Solomon product codes (ECMA-130, 14 and annex A).
 */
final class RawBlock {
  // Parts of a sector, as the flags byte of READ CD selects them.
  static final int SYNC = 0x80;
  static final int SUBHEADER = 0x40;
  static final int HEADER = 0x20;
  static final int USER_DATA = 0x10;
  static final int EDC_ECC = 0x08;

  private static final int FRAMES_PER_SECOND = 75;

  /** LBA 0 is at minute 0, second 2. */
  static final int PREGAP = 150;

  private static final int SIZE = 2352;
  private static final int HEADER_AT = 12;
  private static final int DATA_AT = 16;
  private static final int EDC_AT = 2064;
  private static final int P_AT = 2076;
  private static final int Q_AT = 2248;

  private static final int[] EDC_TABLE = edcTable();

  /** x^8 + x^4 + x^3 + x^2 + 1, the polynomial of GF(2^8) here; alpha is the element 2. */
  private static final int FIELD = 0x11D;

  /** 1 / (alpha + 1). */
  private static final int INVERSE_OF_3 = 0xF4;

  private RawBlock() {}

  private static int[] edcTable() {
    int[] table = new int[256];
    for (int i = 0; i < 256; i++) {
      int value = i;
      for (int bit = 0; bit < 8; bit++) {
        value = value >>> 1 ^ ((value & 1) != 0 ? 0xD8018001 : 0);
      }
      table[i] = value;
    }
    return table;
  }

  /** Bytes of a sector of which only some parts are wanted. A mode 1 sector has no subheader. */
  static int size(int parts) {
    return ((parts & SYNC) != 0 ? 12 : 0)
        + ((parts & HEADER) != 0 ? 4 : 0)
        + ((parts & USER_DATA) != 0 ? IsoMedium.BLOCK_SIZE : 0)
        + ((parts & EDC_ECC) != 0 ? 288 : 0);
  }

  /** Minute, second and frame of a sector in three bytes, in binary. */
  static int msf(int lba) {
    int frames = lba + PREGAP;
    int seconds = frames / FRAMES_PER_SECOND;
    return seconds / 60 << 16 | seconds % 60 << 8 | frames % FRAMES_PER_SECOND;
  }

  /** The sector at a minute, second and frame. */
  static int lba(int minute, int second, int frame) {
    return (minute * 60 + second) * FRAMES_PER_SECOND + frame - PREGAP;
  }

  /** Builds the wanted parts of a sector around its user data. */
  static void build(int lba, int parts, byte[] data, int dataAt, byte[] target, int targetAt) {
    byte[] sector = new byte[SIZE];
    for (int i = 1; i < 11; i++) {
      sector[i] = (byte) 0xFF;
    }
    int msf = msf(lba);
    sector[HEADER_AT] = bcd(msf >> 16);
    sector[HEADER_AT + 1] = bcd(msf >> 8 & 0xFF);
    sector[HEADER_AT + 2] = bcd(msf & 0xFF);
    sector[HEADER_AT + 3] = 1;
    System.arraycopy(data, dataAt, sector, DATA_AT, IsoMedium.BLOCK_SIZE);
    if ((parts & EDC_ECC) != 0) {
      putEdc(sector);
      putP(sector);
      putQ(sector);
    }
    int at = targetAt;
    at = copy((parts & SYNC) != 0, sector, 0, 12, target, at);
    at = copy((parts & HEADER) != 0, sector, HEADER_AT, 4, target, at);
    at = copy((parts & USER_DATA) != 0, sector, DATA_AT, IsoMedium.BLOCK_SIZE, target, at);
    copy((parts & EDC_ECC) != 0, sector, EDC_AT, 288, target, at);
  }

  private static int copy(
      boolean wanted, byte[] sector, int from, int length, byte[] target, int at) {
    if (!wanted) {
      return at;
    }
    System.arraycopy(sector, from, target, at, length);
    return at + length;
  }

  private static byte bcd(int value) {
    return (byte) (value / 10 << 4 | value % 10);
  }

  private static void putEdc(byte[] sector) {
    int edc = 0;
    for (int i = 0; i < EDC_AT; i++) {
      edc = edc >>> 8 ^ EDC_TABLE[(edc ^ sector[i]) & 0xFF];
    }
    for (int i = 0; i < 4; i++) {
      sector[EDC_AT + i] = (byte) (edc >>> (8 * i));
    }
  }

  /** P code: 86 columns of 24 bytes, a row being 86 bytes. */
  private static void putP(byte[] sector) {
    for (int column = 0; column < 86; column++) {
      int sum = 0;
      int weighted = 0;
      for (int row = 0; row < 24; row++) {
        int value = sector[HEADER_AT + 86 * row + column] & 0xFF;
        sum ^= value;
        weighted = timesAlpha(weighted) ^ value;
      }
      putParity(sector, P_AT + column, 86, sum, weighted);
    }
  }

  /**
   * Q code: 52 diagonals of 43 bytes through the 1118 words that header, data, EDC and P code make.
   */
  private static void putQ(byte[] sector) {
    for (int diagonal = 0; diagonal < 52; diagonal++) {
      int sum = 0;
      int weighted = 0;
      for (int i = 0; i < 43; i++) {
        int word = (44 * i + 43 * (diagonal >> 1)) % 1118;
        int value = sector[HEADER_AT + 2 * word + (diagonal & 1)] & 0xFF;
        sum ^= value;
        weighted = timesAlpha(weighted) ^ value;
      }
      putParity(sector, Q_AT + diagonal, 52, sum, weighted);
    }
  }

  /**
   * The two parity bytes that make both the plain sum of a code word zero and the sum weighted with
   * falling powers of alpha.
   *
   * @param step distance of the second parity byte from the first
   * @param weighted sum of the data so far, the last byte with weight 1
   */
  private static void putParity(byte[] sector, int at, int step, int sum, int weighted) {
    int shifted = timesAlpha(timesAlpha(weighted));
    int first = times(shifted ^ sum, INVERSE_OF_3);
    sector[at] = (byte) first;
    sector[at + step] = (byte) (first ^ sum);
  }

  private static int timesAlpha(int value) {
    return value << 1 ^ ((value & 0x80) != 0 ? FIELD : 0);
  }

  private static int times(int a, int b) {
    int product = 0;
    for (int bit = 7; bit >= 0; bit--) {
      product = timesAlpha(product) ^ ((b >> bit & 1) != 0 ? a : 0);
    }
    return product;
  }
}
