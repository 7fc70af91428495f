package io.transvisor.device.acpi;

/**
 * What the tables say about a board beyond what all boards of the kind have.
 *
 * @param ramBytes RAM from address 0, in bytes
 * @param pciHoleStart first address of the window in which PCI memory ranges lie, above all RAM
 * @param apics whether there are a local APIC and an I/O APIC
 * @param floppyController whether there is one at 3F0h
 * @param parallelPort whether there is one at 378h
 * @param serialPorts which 16550s there are: bit 0 for COM1 to bit 3 for COM4, at the usual places
 */
public record BoardDescription(
    int ramBytes,
    int pciHoleStart,
    boolean apics,
    boolean floppyController,
    boolean parallelPort,
    int serialPorts) {
  private static final int HIGH_HOLE = 0xC0000000;
  private static final int LOW_HOLE = 0x80000000;

  /**
   * The description of a board on which SeaBIOS places PCI memory: from 2 GiB, or from 3 GiB if
   * there is more RAM.
   */
  public static BoardDescription of(
      int ramBytes,
      boolean apics,
      boolean floppyController,
      boolean parallelPort,
      int serialPorts) {
    int hole = Integer.compareUnsigned(ramBytes, LOW_HOLE) <= 0 ? LOW_HOLE : HIGH_HOLE;
    return new BoardDescription(ramBytes, hole, apics, floppyController, parallelPort, serialPorts);
  }
}
