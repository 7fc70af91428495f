package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.storage.ImageIoException;

/**
 * One IDE cable with up to two drives: command block, control block, drive selection and the
 * interrupt wire.
 *
 * <p>Both drives take every register write, the selected one answers. Where no drive is, status and
 * error read as zero, so that nobody waits for it; the other registers of an absent second drive
 * keep what is written, and show FFh in the signature bytes after a reset.
 */
final class IdeChannel {
  private final String name;
  private final IdeHost host;
  private final IrqLine irq;
  private final BusMaster busMaster;
  private final TaskFile[] registers = {new TaskFile(), new TaskFile()};
  private final IdeDrive[] drives = new IdeDrive[2];
  private int selected;
  private int control;
  private boolean interruptPending;
  private boolean irqLevel;
  private boolean busMasterAllowed;

  IdeChannel(
      String name,
      IdeHost host,
      PortSpace ports,
      PhysicalMemory memory,
      int commandBase,
      int controlPort,
      IrqLine irq) {
    this.name = name;
    this.host = host;
    this.irq = irq;
    this.busMaster = new BusMaster(memory, this::kickBusMaster);
    ports.register(name, commandBase, 8, 4, new CommandBlock());
    ports.register(name + "-control", controlPort, 1, 1, new ControlBlock());
  }

  String name() {
    return name;
  }

  IdeHost host() {
    return host;
  }

  TaskFile registers(int unit) {
    return registers[unit];
  }

  BusMaster busMaster() {
    return busMaster;
  }

  IdeDrive drive(int unit) {
    return drives[unit];
  }

  void attach(IdeDrive drive) {
    if (drives[drive.unit] != null) {
      throw new IllegalStateException(name + " has a drive " + drive.unit + " already");
    }
    drives[drive.unit] = drive;
    drive.hardReset();
  }

  private IdeDrive selectedDrive() {
    return drives[selected];
  }

  private boolean isEmpty() {
    return drives[0] == null && drives[1] == null;
  }

  // ---- interrupt ----

  /**
   * A drive asserts INTRQ; it stays until status is read, a command is written or the channel is
   * reset.
   */
  void raiseInterrupt() {
    interruptPending = true;
    updateIrq();
  }

  private void clearInterrupt() {
    interruptPending = false;
    updateIrq();
  }

  private void updateIrq() {
    boolean level = interruptPending && (control & Ata.CONTROL_NIEN) == 0;
    if (level != irqLevel) {
      irqLevel = level;
      if (level) {
        busMaster.interrupt();
      }
      irq.set(level);
    }
  }

  // ---- DMA ----

  /** Whether data may move between drive and memory now. */
  boolean isBusMasterReady() {
    return busMasterAllowed && busMaster.isActive();
  }

  /** The bus-master bit of the PCI command register. */
  void setBusMasterAllowed(boolean allowed) {
    busMasterAllowed = allowed;
    kickBusMaster();
  }

  private void kickBusMaster() {
    if (isBusMasterReady() && selectedDrive() != null) {
      selectedDrive().busMasterStarted();
    }
  }

  // ---- reset ----

  void hardReset() {
    control = 0;
    selected = 0;
    busMasterAllowed = false;
    busMaster.reset();
    for (int unit = 0; unit < 2; unit++) {
      registers[unit].fromInts(new int[16]);
      resetDrive(unit, true);
    }
    clearInterrupt();
  }

  private void resetDrive(int unit, boolean hard) {
    registers[unit].set(Ata.DEVICE, Ata.DEVICE_ALWAYS_ONE | (unit == 1 ? Ata.DEVICE_DEV : 0));
    if (drives[unit] == null) {
      registers[unit].set(Ata.SECTOR_COUNT, 1);
      registers[unit].set(Ata.LBA_LOW, 1);
      registers[unit].set(Ata.LBA_MID, 0xFF);
      registers[unit].set(Ata.LBA_HIGH, 0xFF);
    } else if (hard) {
      drives[unit].hardReset();
    } else {
      drives[unit].softReset();
    }
  }

  private void writeControl(int value) {
    int old = control;
    control = value & (Ata.CONTROL_HOB | Ata.CONTROL_SRST | Ata.CONTROL_NIEN);
    boolean wasReset = (old & Ata.CONTROL_SRST) != 0;
    boolean isReset = (control & Ata.CONTROL_SRST) != 0;
    if (!wasReset && isReset) {
      interruptPending = false;
      for (IdeDrive drive : drives) {
        if (drive != null) {
          drive.cancelCommand();
          drive.status = Ata.BSY | Ata.DSC;
          drive.error = Ata.DIAGNOSTIC_PASSED;
        }
      }
    } else if (wasReset && !isReset) {
      selected = 0;
      resetDrive(0, false);
      resetDrive(1, false);
    }
    updateIrq();
  }

  // ---- registers ----

  private int readRegister(int offset) {
    return switch (offset) {
      case Ata.DATA -> 0xFF;
      case Ata.ERROR_FEATURES -> {
        IdeDrive drive = selectedDrive();
        if (drive == null) {
          yield 0;
        }
        yield highOrder() ? registers[selected].getPrevious(offset) : drive.error;
      }
      case Ata.STATUS_COMMAND -> selectedDrive() == null ? 0 : selectedDrive().status;
      case Ata.DEVICE -> isEmpty() ? 0 : registers[selected].get(offset);
      default -> {
        if (isEmpty()) {
          yield 0;
        }
        TaskFile file = registers[selected];
        yield highOrder() ? file.getPrevious(offset) : file.get(offset);
      }
    };
  }

  private boolean highOrder() {
    return (control & Ata.CONTROL_HOB) != 0;
  }

  private void writeRegister(int offset, int value) {
    if (offset == Ata.DATA) {
      return;
    }
    if (offset == Ata.STATUS_COMMAND) {
      control &= ~Ata.CONTROL_HOB;
      writeCommand(value);
      return;
    }
    IdeDrive drive = selectedDrive();
    if (drive != null && (drive.status & (Ata.BSY | Ata.DRQ)) != 0) {
      return;
    }
    control &= ~Ata.CONTROL_HOB;
    if (offset == Ata.DEVICE) {
      registers[0].write(offset, value & ~Ata.DEVICE_DEV | Ata.DEVICE_ALWAYS_ONE);
      registers[1].write(offset, value | Ata.DEVICE_DEV | Ata.DEVICE_ALWAYS_ONE);
      selected = (value & Ata.DEVICE_DEV) != 0 ? 1 : 0;
    } else {
      registers[0].write(offset, value);
      registers[1].write(offset, value);
    }
  }

  private void writeCommand(int command) {
    clearInterrupt();
    IdeDrive drive = selectedDrive();
    if (drive == null || (control & Ata.CONTROL_SRST) != 0) {
      return;
    }
    boolean busy = (drive.status & (Ata.BSY | Ata.DRQ)) != 0;
    if (busy && (command != Ata.CMD_DEVICE_RESET || !drive.isPacketDevice())) {
      return;
    }
    if (command == Ata.CMD_EXECUTE_DIAGNOSTIC) {
      diagnose();
    } else {
      drive.start(command);
    }
  }

  /**
   * EXECUTE DEVICE DIAGNOSTIC goes to both drives, whichever is selected, and leaves drive 0
   * selected.
   */
  private void diagnose() {
    selected = 0;
    for (IdeDrive drive : drives) {
      if (drive != null) {
        drive.cancelCommand();
        drive.passDiagnostic();
      }
    }
    raiseInterrupt();
  }

  private final class CommandBlock implements PortHandler {
    @Override
    public int read(int offset, int width) {
      if (offset == Ata.DATA && width > 1) {
        IdeDrive drive = selectedDrive();
        return drive == null ? 0 : drive.readData(width);
      }
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= readRegister(offset + i) << (8 * i);
        if (offset + i == Ata.STATUS_COMMAND) {
          clearInterrupt();
        }
      }
      return value;
    }

    @Override
    public void write(int offset, int width, int value) {
      if (offset == Ata.DATA && width > 1) {
        IdeDrive drive = selectedDrive();
        if (drive != null) {
          drive.writeData(width, value);
        }
        return;
      }
      for (int i = 0; i < width; i++) {
        writeRegister(offset + i, value >>> (8 * i) & 0xFF);
      }
    }

    @Override
    public int peek(int offset, int width) {
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= readRegister(offset + i) << (8 * i);
      }
      return value;
    }
  }

  private final class ControlBlock implements PlainPort {
    @Override
    public int read(int offset, int width) {
      return readRegister(Ata.STATUS_COMMAND);
    }

    @Override
    public void write(int offset, int width, int value) {
      writeControl(value);
    }
  }

  // ---- life ----

  void save(StateWriter out, String prefix) {
    out.putInts(
        prefix + "channel",
        new int[] {selected, control, interruptPending ? 1 : 0, busMasterAllowed ? 1 : 0});
    busMaster.save(out, prefix);
    for (int unit = 0; unit < 2; unit++) {
      String drivePrefix = prefix + unit + ".";
      out.putInts(drivePrefix + "taskFile", registers[unit].toInts());
      if (drives[unit] != null) {
        drives[unit].save(out, drivePrefix);
      }
    }
  }

  void load(StateReader in, String prefix) {
    int[] all = in.getInts(prefix + "channel");
    selected = all[0];
    control = all[1];
    interruptPending = all[2] != 0;
    busMasterAllowed = all[3] != 0;
    busMaster.load(in, prefix);
    for (int unit = 0; unit < 2; unit++) {
      String drivePrefix = prefix + unit + ".";
      registers[unit].fromInts(in.getInts(drivePrefix + "taskFile"));
      if (drives[unit] != null) {
        drives[unit].load(in, drivePrefix);
      }
    }
    // The wire follows, but a restored level is not an edge the bus master has yet to record.
    irqLevel = interruptPending && (control & Ata.CONTROL_NIEN) == 0;
    irq.set(irqLevel);
  }

  void close() {
    for (IdeDrive drive : drives) {
      if (drive != null) {
        closeQuietly(drive);
      }
    }
  }

  /** An image that cannot be flushed must not keep the others from being closed. */
  private static void closeQuietly(IdeDrive drive) {
    try {
      drive.close();
    } catch (ImageIoException e) {
      drive.log(e);
    }
  }
}
