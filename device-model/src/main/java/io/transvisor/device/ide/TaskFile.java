package io.transvisor.device.ide;

/**
 * The command block registers a drive keeps for itself. The registers that LBA48 made two bytes
 * deep remember the byte written before the last one (ATA/ATAPI-6, 6.3.1); reading it back is what
 * the HOB bit selects.
 */
final class TaskFile {
  private final int[] current = new int[8];
  private final int[] previous = new int[8];

  /** The last byte written to a register, or set by the drive. */
  int get(int register) {
    return current[register];
  }

  /** The byte before the last one. */
  int getPrevious(int register) {
    return previous[register];
  }

  /** A write of the host: the old byte moves to the previous one. */
  void write(int register, int value) {
    if (register != Ata.DEVICE) {
      previous[register] = current[register];
    }
    current[register] = value & 0xFF;
  }

  /** The drive reports a byte; the previous one stays. */
  void set(int register, int value) {
    current[register] = value & 0xFF;
  }

  void setPrevious(int register, int value) {
    previous[register] = value & 0xFF;
  }

  /** The sector number, LBA mid and high registers as one 24-bit number. */
  int low24() {
    return current[Ata.LBA_LOW] | current[Ata.LBA_MID] << 8 | current[Ata.LBA_HIGH] << 16;
  }

  /** The same for the bytes before. */
  int previous24() {
    return previous[Ata.LBA_LOW] | previous[Ata.LBA_MID] << 8 | previous[Ata.LBA_HIGH] << 16;
  }

  /** Everything as numbers, for saved state. */
  int[] toInts() {
    int[] all = new int[16];
    System.arraycopy(current, 0, all, 0, 8);
    System.arraycopy(previous, 0, all, 8, 8);
    return all;
  }

  void fromInts(int[] all) {
    System.arraycopy(all, 0, current, 0, 8);
    System.arraycopy(all, 8, previous, 0, 8);
  }
}
