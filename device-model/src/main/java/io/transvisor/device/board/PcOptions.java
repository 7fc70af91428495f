package io.transvisor.device.board;

import io.transvisor.device.ide.IdeTiming;
import io.transvisor.device.rtc.RtcBase;
import io.transvisor.device.serial.CharBackend;
import io.transvisor.device.storage.BlockImage;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * What can differ from one PC to the next. Made by {@link #builder}.
 *
 * @param bios the system firmware, or null for a machine without
 * @param vgaBios the display adapter's firmware, or null
 * @param apics whether there are a local APIC and an I/O APIC beside the 8259 pair
 * @param rtcBase what the real-time clock shows at power-on
 * @param bootOrder letters of a, c, d, n in the order firmware tries them
 * @param kernel a kernel for firmware to start, or null
 * @param bootMenu firmware offers its boot menu
 * @param bootMenuWaitMillis how long it waits for the key; 0 for firmware's default
 * @param floppies media in drives A and B; null for an empty drive A, or no drive B
 * @param drives the four IDE positions (primary master and slave, secondary master and slave); null
 *     for none
 * @param serial back ends of COM1 to COM4; null for no port
 * @param parallel back end of LPT1; null for no port
 * @param debugConsole told what is written to the debug ports 402h and E9h; null for no ports
 * @param debugExit the port that ends the machine, or null
 * @param testDevice whether there is the device kvm-unit-tests use
 * @param postCode told each byte written to port 80h
 * @param deterministic disk I/O happens on the vCPU thread, so that equal runs are equal to the
 *     last interrupt
 * @param ideTiming how fast the disks are
 * @param uuid the machine's identity, 16 bytes in the order of its text form
 */
public record PcOptions(
    byte[] bios,
    byte[] vgaBios,
    boolean apics,
    RtcBase rtcBase,
    String bootOrder,
    BootKernel kernel,
    boolean bootMenu,
    int bootMenuWaitMillis,
    List<BlockImage> floppies,
    List<PcDrive> drives,
    List<CharBackend> serial,
    CharBackend parallel,
    CharBackend debugConsole,
    DebugExit debugExit,
    boolean testDevice,
    IntConsumer postCode,
    boolean deterministic,
    IdeTiming ideTiming,
    byte[] uuid) {
  /** Number of IDE positions, floppy drives and serial ports there can be. */
  public static final int IDE_POSITIONS = 4;

  public static final int FLOPPY_DRIVES = 2;
  public static final int SERIAL_PORTS = 4;

  /** The debug-exit device: first port and number of ports. */
  public record DebugExit(int port, int size) {}

  /**
   * A machine without firmware, media or ports to the outside; the clock starts at {@code base}.
   */
  public static Builder builder(RtcBase base) {
    return new Builder(base);
  }

  /** Collects options; everything not set stays at its default. */
  public static final class Builder {
    private final RtcBase rtcBase;
    private final BlockImage[] floppies = new BlockImage[FLOPPY_DRIVES];
    private final PcDrive[] drives = new PcDrive[IDE_POSITIONS];
    private final CharBackend[] serial = new CharBackend[SERIAL_PORTS];
    private CharBackend debugConsole;
    private byte[] bios;
    private byte[] vgaBios;
    private boolean apics = true;
    private String bootOrder = "cad";
    private BootKernel kernel;
    private boolean bootMenu;
    private int bootMenuWaitMillis;
    private CharBackend parallel;
    private DebugExit debugExit;
    private boolean testDevice;
    private IntConsumer postCode = code -> {};
    private boolean deterministic;
    private IdeTiming ideTiming = IdeTiming.DEFAULT;
    private byte[] uuid = new byte[16];

    private Builder(RtcBase rtcBase) {
      this.rtcBase = rtcBase;
    }

    /** Images of the system firmware and of the display adapter's; either may be null. */
    public Builder firmware(byte[] system, byte[] video) {
      bios = system;
      vgaBios = video;
      return this;
    }

    /** Whether there are APICs; the default is that there are. */
    public Builder apics(boolean on) {
      apics = on;
      return this;
    }

    public Builder bootOrder(String letters) {
      bootOrder = letters;
      return this;
    }

    public Builder kernel(BootKernel value) {
      kernel = value;
      return this;
    }

    /**
     * @param waitMillis how long firmware waits for the key; 0 for its default
     */
    public Builder bootMenu(boolean show, int waitMillis) {
      bootMenu = show;
      bootMenuWaitMillis = waitMillis;
      return this;
    }

    /**
     * @param drive 0 for A, 1 for B
     */
    public Builder floppy(int drive, BlockImage image) {
      floppies[drive] = image;
      return this;
    }

    /**
     * @param position 0 primary master, 1 primary slave, 2 secondary master, 3 secondary slave
     */
    public Builder drive(int position, PcDrive drive) {
      drives[position] = drive;
      return this;
    }

    /**
     * @param index 0 for COM1
     */
    public Builder serial(int index, CharBackend backend) {
      serial[index] = backend;
      return this;
    }

    public Builder parallel(CharBackend backend) {
      parallel = backend;
      return this;
    }

    public Builder debugConsole(CharBackend backend) {
      debugConsole = backend;
      return this;
    }

    public Builder testDevice(boolean there) {
      testDevice = there;
      return this;
    }

    public Builder debugExit(int port, int size) {
      debugExit = new DebugExit(port, size);
      return this;
    }

    public Builder postCode(IntConsumer listener) {
      postCode = listener;
      return this;
    }

    public Builder deterministic(boolean on) {
      deterministic = on;
      return this;
    }

    public Builder ideTiming(IdeTiming timing) {
      ideTiming = timing;
      return this;
    }

    public Builder uuid(byte[] identity) {
      uuid = identity.clone();
      return this;
    }

    public PcOptions build() {
      return new PcOptions(
          bios,
          vgaBios,
          apics,
          rtcBase,
          bootOrder,
          kernel,
          bootMenu,
          bootMenuWaitMillis,
          listOf(floppies),
          listOf(drives),
          listOf(serial),
          parallel,
          debugConsole,
          debugExit,
          testDevice,
          postCode,
          deterministic,
          ideTiming,
          uuid);
    }

    /** An unmodifiable copy that may hold nulls. */
    private static <T> List<T> listOf(T[] array) {
      return Collections.unmodifiableList(Arrays.asList(array.clone()));
    }
  }
}
