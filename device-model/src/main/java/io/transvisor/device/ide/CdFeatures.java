package io.transvisor.device.ide;

import java.nio.ByteBuffer;

/** GET CONFIGURATION: the features of a drive that reads CDs and DVDs (MMC-3, 5.3 and 6.6). */
final class CdFeatures {
  private static final int PROFILE_CD_ROM = 0x0008;
  private static final int PROFILE_DVD_ROM = 0x0010;

  private static final int PERSISTENT = 2;
  private static final int CURRENT = 1;

  /** Request type: every feature, those current, or the one named. */
  private static final int ONE_FEATURE = 2;

  private static final int CURRENT_FEATURES = 1;

  private final ByteBuffer out = ByteBuffer.allocate(256);
  private final int requestType;
  private final int start;

  private CdFeatures(int requestType, int start) {
    this.requestType = requestType;
    this.start = start;
  }

  /**
   * The whole response.
   *
   * @param disc the disc in the drive, or null
   */
  static byte[] response(CdDisc disc, int requestType, int start) {
    boolean cd = disc != null && !disc.isDvd();
    boolean dvd = disc != null && disc.isDvd();
    CdFeatures f = new CdFeatures(requestType, start);
    f.out.putInt(0).putShort((short) 0);
    f.out.putShort((short) (dvd ? PROFILE_DVD_ROM : cd ? PROFILE_CD_ROM : 0));
    // Profile list, the current one marked.
    f.feature(0x0000, 0, true, true, profiles(cd, dvd));
    // Core: ATAPI.
    f.feature(0x0001, 0, true, true, new byte[] {0, 0, 0, 2});
    // Removable medium: tray, eject, lock.
    f.feature(0x0003, 0, true, true, new byte[] {0x29, 0, 0, 0});
    // Random readable: blocks of 2048 bytes, one at a time, error recovery page present.
    f.feature(0x0010, 0, false, cd || dvd, new byte[] {0, 0, 8, 0, 0, 1, 1, 0});
    f.feature(0x001D, 0, false, cd, new byte[0]);
    f.feature(0x001E, 0, false, cd, new byte[] {0, 0, 0, 0});
    f.feature(0x001F, 0, false, dvd, new byte[0]);
    // Power management and timeout.
    f.feature(0x0100, 0, true, true, new byte[0]);
    f.feature(0x0105, 0, true, true, new byte[0]);
    byte[] all = new byte[f.out.position()];
    f.out.flip().get(all);
    ByteBuffer.wrap(all).putInt(0, all.length - 4);
    return all;
  }

  private static byte[] profiles(boolean cd, boolean dvd) {
    return ByteBuffer.allocate(8)
        .putShort((short) PROFILE_DVD_ROM)
        .put((byte) (dvd ? 1 : 0))
        .put((byte) 0)
        .putShort((short) PROFILE_CD_ROM)
        .put((byte) (cd ? 1 : 0))
        .put((byte) 0)
        .array();
  }

  private void feature(int code, int version, boolean persistent, boolean current, byte[] data) {
    boolean wanted =
        switch (requestType) {
          case ONE_FEATURE -> code == start;
          case CURRENT_FEATURES -> code >= start && current;
          default -> code >= start;
        };
    if (wanted) {
      int flags = version << 2 | (persistent ? PERSISTENT : 0) | (current ? CURRENT : 0);
      out.putShort((short) code).put((byte) flags).put((byte) data.length).put(data);
    }
  }
}
