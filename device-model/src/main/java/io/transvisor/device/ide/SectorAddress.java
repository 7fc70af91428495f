package io.transvisor.device.ide;

/**
 * Sector numbers in the command block registers, in the three forms of ATA/ATAPI-6, 6.2: cylinder,
 * head and sector, 28 bits, 48 bits. The LBA bit of the device register tells the first from the
 * others.
 */
final class SectorAddress {
  private final TaskFile registers;
  private DiskGeometry geometry;

  SectorAddress(TaskFile registers, DiskGeometry geometry) {
    this.registers = registers;
    this.geometry = geometry;
  }

  /** The translation in force. */
  DiskGeometry geometry() {
    return geometry;
  }

  void setGeometry(DiskGeometry newGeometry) {
    geometry = newGeometry;
  }

  private boolean isLba() {
    return (registers.get(Ata.DEVICE) & Ata.DEVICE_LBA) != 0;
  }

  /**
   * The sector the registers name; negative if a CHS address is outside the geometry.
   *
   * @param extended the command takes 48 bits
   */
  long read(boolean extended) {
    int device = registers.get(Ata.DEVICE);
    if (isLba()) {
      return extended
          ? registers.low24() | (long) registers.previous24() << 24
          : registers.low24() | (device & 0x0F) << 24;
    }
    int sector = registers.get(Ata.LBA_LOW);
    int head = device & 0x0F;
    int cylinder = registers.get(Ata.LBA_MID) | registers.get(Ata.LBA_HIGH) << 8;
    if (sector == 0 || sector > geometry.sectors() || head >= geometry.heads()) {
      return -1;
    }
    return ((long) cylinder * geometry.heads() + head) * geometry.sectors() + sector - 1;
  }

  /** Puts a sector number into the registers, in the form the command uses. */
  void write(long sector, boolean extended) {
    if (isLba()) {
      writeLow24((int) sector);
      if (extended) {
        registers.setPrevious(Ata.LBA_LOW, (int) (sector >>> 24));
        registers.setPrevious(Ata.LBA_MID, (int) (sector >>> 32));
        registers.setPrevious(Ata.LBA_HIGH, (int) (sector >>> 40));
      } else {
        writeDeviceNibble((int) (sector >>> 24));
      }
      return;
    }
    int perCylinder = geometry.heads() * geometry.sectors();
    int inCylinder = (int) (sector % perCylinder);
    int cylinder = (int) (sector / perCylinder);
    int sectorNumber = inCylinder % geometry.sectors() + 1;
    writeLow24((cylinder & 0xFFFF) << 8 | sectorNumber & 0xFF);
    writeDeviceNibble(inCylinder / geometry.sectors());
  }

  private void writeLow24(int value) {
    registers.set(Ata.LBA_LOW, value);
    registers.set(Ata.LBA_MID, value >>> 8);
    registers.set(Ata.LBA_HIGH, value >>> 16);
  }

  private void writeDeviceNibble(int value) {
    registers.set(Ata.DEVICE, registers.get(Ata.DEVICE) & 0xF0 | value & 0x0F);
  }
}
