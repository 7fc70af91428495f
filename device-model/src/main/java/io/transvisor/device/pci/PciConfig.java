package io.transvisor.device.pci;

/**
 * Offsets and bits of the type 0 configuration header (PCI Local Bus Specification 2.3, chapter 6).
 */
public final class PciConfig {
  public static final int VENDOR_ID = 0x00;
  public static final int DEVICE_ID = 0x02;
  public static final int COMMAND = 0x04;
  public static final int STATUS = 0x06;
  public static final int REVISION_ID = 0x08;
  public static final int CLASS_CODE = 0x09;
  public static final int CACHE_LINE_SIZE = 0x0C;
  public static final int LATENCY_TIMER = 0x0D;
  public static final int HEADER_TYPE = 0x0E;
  public static final int BAR0 = 0x10;
  public static final int SUBSYSTEM_VENDOR_ID = 0x2C;
  public static final int SUBSYSTEM_ID = 0x2E;
  public static final int ROM_BAR = 0x30;
  public static final int CAPABILITIES = 0x34;
  public static final int INTERRUPT_LINE = 0x3C;
  public static final int INTERRUPT_PIN = 0x3D;

  /** First byte of the part that belongs to the function. */
  public static final int DEVICE_SPECIFIC = 0x40;

  public static final int COMMAND_IO = 1 << 0;
  public static final int COMMAND_MEMORY = 1 << 1;
  public static final int COMMAND_MASTER = 1 << 2;
  public static final int COMMAND_SERR = 1 << 8;
  public static final int COMMAND_INTX_DISABLE = 1 << 10;

  public static final int STATUS_INTERRUPT = 1 << 3;
  public static final int STATUS_FAST_BACK = 1 << 7;
  public static final int STATUS_DEVSEL_MEDIUM = 1 << 9;

  /** The status bits a function reports errors in; each is cleared by writing 1 to it. */
  public static final int STATUS_ERRORS = 0xF900;

  public static final int HEADER_MULTIFUNCTION = 0x80;

  private PciConfig() {}
}
