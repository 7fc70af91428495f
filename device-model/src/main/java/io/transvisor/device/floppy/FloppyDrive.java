package io.transvisor.device.floppy;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.BlockImage;
import java.util.Arrays;
import java.util.BitSet;

/** A floppy drive: its head position, its disk-change latch and the disk in it. */
final class FloppyDrive {
  /** Where the head stops, whatever it is told. */
  private static final int LAST_TRACK = 85;

  private static final int SECTOR_SIZE = BlockImage.SECTOR_SIZE;

  private final boolean present;
  private final FloppyFormat.DriveKind kind;
  private BlockImage medium;
  private FloppyFormat format;
  private int track;
  private boolean changed = true;
  private int lastId; // sector number the last READ ID gave

  /**
   * Sectors with a deleted data mark; images have no room for it, so it lasts as long as the disk
   * is in.
   */
  private final BitSet deleted = new BitSet();

  /**
   * @param kind the kind of drive, or null for an empty place on the cable
   */
  FloppyDrive(FloppyFormat.DriveKind kind) {
    this.kind = kind;
    present = kind != null;
  }

  boolean isPresent() {
    return present;
  }

  FloppyFormat.DriveKind kind() {
    return kind;
  }

  // ---- medium ----

  void insert(BlockImage image) {
    format = FloppyFormat.ofSize(image.sectors(), image.describe());
    medium = image;
    changed = true;
    lastId = 0;
    deleted.clear();
  }

  BlockImage eject() {
    BlockImage was = medium;
    medium = null;
    format = null;
    changed = true;
    deleted.clear();
    return was;
  }

  BlockImage medium() {
    return medium;
  }

  boolean hasMedium() {
    return medium != null;
  }

  FloppyFormat format() {
    return format;
  }

  boolean isWriteProtected() {
    return medium != null && medium.readOnly();
  }

  /** The DSKCHG signal: on from a change of the disk until the head steps with a disk in. */
  boolean isChanged() {
    return present && changed;
  }

  // ---- head ----

  int track() {
    return track;
  }

  boolean isAtTrack0() {
    return present && track == 0;
  }

  void stepTo(int target) {
    int reached = Math.clamp(target, 0, LAST_TRACK);
    if (present && reached != track) {
      track = reached;
      if (medium != null) {
        changed = false;
      }
    }
  }

  // ---- sectors ----

  /** Whether the disk has a sector of 512 bytes with this address. */
  boolean hasSector(int cylinder, int head, int sector) {
    return medium != null
        && cylinder < format.tracks()
        && head < format.heads()
        && sector >= 1
        && sector <= format.sectors();
  }

  private int number(int cylinder, int head, int sector) {
    return (cylinder * format.heads() + head) * format.sectors() + sector - 1;
  }

  /** Reads a sector that the disk has; what lies behind the end of a short image is zeros. */
  void read(int cylinder, int head, int sector, byte[] target) {
    int number = number(cylinder, head, sector);
    if (number < medium.sectors()) {
      medium.read(number, 1, target, 0);
    } else {
      Arrays.fill(target, 0, SECTOR_SIZE, (byte) 0);
    }
  }

  /** Writes a sector that the disk has. */
  void write(int cylinder, int head, int sector, byte[] source, boolean deletedMark) {
    int number = number(cylinder, head, sector);
    medium.write(number, 1, source, 0);
    deleted.set(number, deletedMark);
  }

  boolean isDeleted(int cylinder, int head, int sector) {
    return deleted.get(number(cylinder, head, sector));
  }

  /** The sector number of the next address mark that passes under the head. */
  int nextId() {
    lastId = lastId % format.sectors() + 1;
    return lastId;
  }

  // ---- state ----

  void save(String prefix, StateWriter out) {
    out.putInts(prefix, new int[] {track, changed ? 1 : 0, lastId});
    out.putBytes(prefix + "Deleted", deleted.toByteArray());
  }

  void load(String prefix, StateReader in) {
    int[] s = in.getInts(prefix);
    track = s[0];
    changed = s[1] != 0;
    lastId = s[2];
    deleted.clear();
    deleted.or(BitSet.valueOf(in.getBytes(prefix + "Deleted")));
  }

  void powerOn() {
    track = 0;
    changed = true;
    lastId = 0;
    deleted.clear();
  }
}
