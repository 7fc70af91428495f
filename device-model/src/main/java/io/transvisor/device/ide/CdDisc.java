package io.transvisor.device.ide;

import java.nio.ByteBuffer;

/**
 * What MMC commands report of a finished disc with one session and one data track: tables of
 * contents, disc, track and session information. All methods return the whole response; cutting it
 * to the allocation length is the caller's.
 *
 * @param blocks size of the track in blocks
 */
record CdDisc(int blocks) {
  private static final int LEAD_OUT = 0xAA;

  /** ADR 1 (position), control 4 (data track, no copying). */
  private static final int DATA_TRACK = 0x14;

  /** Eighty minutes, the largest CD: what is larger is a DVD. */
  private static final int MAX_CD_BLOCKS = 80 * 60 * 75;

  boolean isDvd() {
    return blocks > MAX_CD_BLOCKS;
  }

  private static void putAddress(ByteBuffer b, int lba, boolean msf) {
    b.putInt(msf ? RawBlock.msf(lba) : lba);
  }

  private static byte[] finish(ByteBuffer b, int lengthBytes) {
    byte[] all = new byte[b.position()];
    b.flip().get(all);
    all[0] = (byte) (all.length - lengthBytes >>> 8);
    all[1] = (byte) (all.length - lengthBytes);
    return all;
  }

  /** READ TOC format 0: the tracks from {@code start} on; null if there is none. */
  byte[] toc(int start, boolean msf) {
    if (start > 1 && start != LEAD_OUT) {
      return null;
    }
    ByteBuffer b = ByteBuffer.allocate(20).putShort((short) 0).put((byte) 1).put((byte) 1);
    if (start <= 1) {
      putTrack(b, 1, 0, msf);
    }
    putTrack(b, LEAD_OUT, blocks, msf);
    return finish(b, 2);
  }

  private static void putTrack(ByteBuffer b, int track, int lba, boolean msf) {
    b.put((byte) 0).put((byte) DATA_TRACK).put((byte) track).put((byte) 0);
    putAddress(b, lba, msf);
  }

  /** READ TOC format 1: the first track of the last complete session. */
  byte[] sessionInfo(boolean msf) {
    ByteBuffer b = ByteBuffer.allocate(12).putShort((short) 0).put((byte) 1).put((byte) 1);
    putTrack(b, 1, 0, msf);
    return finish(b, 2);
  }

  /** READ TOC format 2: the Q sub-channel of the lead-in. */
  byte[] fullToc(boolean msf) {
    ByteBuffer b = ByteBuffer.allocate(48).putShort((short) 0).put((byte) 1).put((byte) 1);
    putPoint(b, 0xA0, 1 << 16);
    putPoint(b, 0xA1, 1 << 16);
    putPoint(b, 0xA2, msf ? RawBlock.msf(blocks) : blocks);
    putPoint(b, 1, msf ? RawBlock.msf(0) : 0);
    return finish(b, 2);
  }

  /**
   * Session, ADR and control, TNO, POINT, the running time (zero), zero, then PMIN, PSEC, PFRAME.
   */
  private static void putPoint(ByteBuffer b, int point, int position) {
    b.put((byte) 1).put((byte) DATA_TRACK).put((byte) 0).put((byte) point);
    b.put(new byte[3]).putInt(position & 0xFFFFFF);
  }

  /** READ DISC INFORMATION: finalized, one session, not erasable. */
  byte[] discInformation() {
    ByteBuffer b = ByteBuffer.allocate(34);
    b.putShort((short) 0);
    // Disc complete, last session complete; first track, sessions, first and last track of the last
    // one.
    b.put((byte) 0x0E).put((byte) 1).put((byte) 1).put((byte) 1).put((byte) 1);
    // Unrestricted use; CD-ROM.
    b.put((byte) 0x20).put((byte) 0).position(34);
    return finish(b, 2);
  }

  /** READ TRACK INFORMATION of track 1. */
  byte[] trackInformation() {
    ByteBuffer b = ByteBuffer.allocate(36);
    b.putShort((short) 0);
    // Track, session, reserved, track mode 4 (data), data mode 1, nothing writable.
    b.put((byte) 1).put((byte) 1).put((byte) 0).put((byte) 4).put((byte) 1).put((byte) 0);
    // Start, next writable, free blocks, packet size, size, last recorded.
    b.putInt(0).putInt(0).putInt(0).putInt(0).putInt(blocks).putInt(blocks - 1);
    b.position(36);
    return finish(b, 2);
  }

  /**
   * READ SUB-CHANNEL with the Q data of format 1 (position), 2 (catalogue number) or 3 (ISRC); null
   * if another.
   */
  static byte[] subChannel(int format, boolean wantQ, boolean msf) {
    ByteBuffer b = ByteBuffer.allocate(24);
    // Audio status 15h: nothing playing.
    b.put((byte) 0).put((byte) 0x15).putShort((short) 0);
    if (wantQ) {
      switch (format) {
        case 1 -> {
          b.put((byte) 1).put((byte) DATA_TRACK).put((byte) 1).put((byte) 1);
          putAddress(b, 0, msf);
          b.putInt(0);
        }
        case 2 -> b.put((byte) 2).position(24);
        case 3 -> b.put((byte) 3).put((byte) DATA_TRACK).put((byte) 1).position(24);
        default -> {
          return null;
        }
      }
    }
    byte[] all = new byte[b.position()];
    b.flip().get(all);
    all[3] = (byte) (all.length - 4);
    return all;
  }

  /** READ DVD STRUCTURE; null if the format is none we have. */
  byte[] dvdStructure(int format) {
    return switch (format) {
      case 0x00 -> {
        ByteBuffer b = ByteBuffer.allocate(2052).putInt(0);
        // DVD-ROM of part version 1, 120 mm, no maximum rate, one layer of embossed data.
        b.put((byte) 0x01).put((byte) 0x0F).put((byte) 0x01).put((byte) 0);
        // Physical sectors of user data start at 30000h.
        b.putInt(0x30000).putInt(0x30000 + blocks - 1).putInt(0).position(2052);
        yield finish(b, 2);
      }
      case 0x01 -> finish(ByteBuffer.allocate(8).position(8), 2);
      case 0xFF -> {
        ByteBuffer b = ByteBuffer.allocate(12).putInt(0);
        b.put((byte) 0x00).put((byte) 0x40).putShort((short) 2052);
        b.put((byte) 0x01).put((byte) 0x40).putShort((short) 8);
        yield finish(b, 2);
      }
      default -> null;
    };
  }
}
