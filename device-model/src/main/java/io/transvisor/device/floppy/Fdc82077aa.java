package io.transvisor.device.floppy;

import static io.transvisor.device.floppy.FdcRegisters.DATA;
import static io.transvisor.device.floppy.FdcRegisters.DIGITAL_INPUT;
import static io.transvisor.device.floppy.FdcRegisters.DIGITAL_OUTPUT;
import static io.transvisor.device.floppy.FdcRegisters.DIR_CHANGED;
import static io.transvisor.device.floppy.FdcRegisters.DOR_DMA;
import static io.transvisor.device.floppy.FdcRegisters.DOR_DRIVE;
import static io.transvisor.device.floppy.FdcRegisters.DOR_NOT_RESET;
import static io.transvisor.device.floppy.FdcRegisters.DSR_RATE;
import static io.transvisor.device.floppy.FdcRegisters.DSR_RESET;
import static io.transvisor.device.floppy.FdcRegisters.MAIN_STATUS;
import static io.transvisor.device.floppy.FdcRegisters.MSR_BUSY;
import static io.transvisor.device.floppy.FdcRegisters.MSR_NON_DMA;
import static io.transvisor.device.floppy.FdcRegisters.MSR_READ;
import static io.transvisor.device.floppy.FdcRegisters.MSR_REQUEST;
import static io.transvisor.device.floppy.FdcRegisters.SRA_HEAD;
import static io.transvisor.device.floppy.FdcRegisters.SRA_INTERRUPT;
import static io.transvisor.device.floppy.FdcRegisters.SRA_NOT_INDEX;
import static io.transvisor.device.floppy.FdcRegisters.SRA_NOT_TRACK_0;
import static io.transvisor.device.floppy.FdcRegisters.SRA_NOT_WRITE_PROTECTED;
import static io.transvisor.device.floppy.FdcRegisters.SRA_NO_SECOND_DRIVE;
import static io.transvisor.device.floppy.FdcRegisters.SRB_DRIVE_0_SELECTED;
import static io.transvisor.device.floppy.FdcRegisters.SRB_ONES;
import static io.transvisor.device.floppy.FdcRegisters.ST0_ABNORMAL;
import static io.transvisor.device.floppy.FdcRegisters.ST0_INVALID;
import static io.transvisor.device.floppy.FdcRegisters.ST1_MISSING_ADDRESS_MARK;
import static io.transvisor.device.floppy.FdcRegisters.ST3_READY;
import static io.transvisor.device.floppy.FdcRegisters.ST3_TRACK_0;
import static io.transvisor.device.floppy.FdcRegisters.ST3_TWO_SIDES;
import static io.transvisor.device.floppy.FdcRegisters.ST3_WRITE_PROTECTED;
import static io.transvisor.device.floppy.FdcRegisters.STATUS_A;
import static io.transvisor.device.floppy.FdcRegisters.STATUS_B;
import static io.transvisor.device.floppy.FdcRegisters.TAPE_DRIVE;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.dma.Dma8237;
import io.transvisor.device.dma.DmaChannelDevice;
import io.transvisor.device.storage.BlockImage;
import java.util.Arrays;

/**
 * The 82077AA floppy disk controller at ports 3F0h-3F5h and 3F7h, on IRQ 6 and DMA channel 2, with
 * up to two drives (Intel 82077AA datasheet, order 290166).
 *
 * <p>Mechanics take next to no time, but always some: interrupts come as events of their own, never
 * within the port access that caused them.
 */
public final class Fdc82077aa implements Device {
  public static final int DRIVES = 2;

  private static final int PORT = 0x3F0;
  private static final int DMA_CHANNEL = 2;

  /** Drives the chip can address; those without a place on the cable are never present. */
  private static final int ADDRESSABLE_DRIVES = 4;

  private static final int VERSION_82077AA = 0x90;

  /** What QEMU's controller answers: an S82078B. */
  private static final int PART_ID = 0x41;

  private static final int LOCKED = 0x10;
  private static final int LOCK_FLAG = 0x80;
  private static final int CONFIG_NO_FIFO = 0x20;
  private static final int SPECIFY_NON_DMA = 0x01;
  private static final int RELATIVE_INWARD = 0x40;
  private static final int PERPENDICULAR_OVERWRITE = 0x80;
  private static final int MOST_BYTES = 16;

  private static final long RESET_TIME = 10_000;
  private static final long ACCESS_TIME = 20_000;
  private static final long READ_ID_TIME = 100_000;

  private enum Phase {
    /** Held in reset. */
    RESET,
    COMMAND,
    EXECUTION,
    RESULT
  }

  /** What the next event of the command in execution does. */
  private enum Step {
    NONE,
    END_RESET,
    BEGIN,
    NEXT_SECTOR,
    FINISH,
    READ_ID
  }

  private final Dma8237 dma;
  private final IrqLine irq;
  private final FloppyDrive[] drives = new FloppyDrive[ADDRESSABLE_DRIVES];
  private final Timer stepTimer;
  private final SeekControl seeks;

  private Phase phase = Phase.RESET;
  private Step step = Step.NONE;
  private FdcCommand command = FdcCommand.INVALID;
  private final byte[] bytes = new byte[MOST_BYTES]; // of the command or of the result
  private int position;
  private int length; // of the result
  private SectorTransfer transfer;
  private boolean terminalCount;
  private int hostBytes; // what a non-DMA host may move before the next interrupt
  private boolean interrupt;

  private int digitalOutput;
  private int tapeDrive;
  private int dataRate;
  private int specify1;
  private int specify2;
  private int configuration;
  private int precompensation;
  private int perpendicular;
  private boolean locked;
  private int lastSector; // EOT of the last command, for DUMPREG

  /**
   * @param driveA kind of drive A, or null for none
   * @param driveB kind of drive B, or null for none
   */
  public Fdc82077aa(
      EventQueue events,
      PortSpace ports,
      IrqLine irq,
      Dma8237 dma,
      FloppyFormat.DriveKind driveA,
      FloppyFormat.DriveKind driveB) {
    this.irq = irq;
    this.dma = dma;
    for (int i = 0; i < ADDRESSABLE_DRIVES; i++) {
      drives[i] = new FloppyDrive(i == 0 ? driveA : i == 1 ? driveB : null);
    }
    stepTimer = events.timer("fdc", this::runStep);
    seeks = new SeekControl(events, drives, this::raiseInterrupt);
    dma.connect(DMA_CHANNEL, new Channel());
    ports.register(name(), PORT, 6, 1, new Registers(0));
    ports.register(name(), PORT + DIGITAL_INPUT, 1, 1, new Registers(DIGITAL_INPUT));
  }

  // ---- disks ----

  /**
   * Puts a disk into a drive, in place of the one that is in it.
   *
   * @param drive 0 or 1
   * @return the disk that was in it, or null
   */
  public BlockImage insert(int drive, BlockImage image) {
    BlockImage before = drives[drive].medium();
    drives[drive].insert(image);
    return before;
  }

  /** Takes the disk out of a drive; null if there was none. */
  public BlockImage eject(int drive) {
    return drives[drive].eject();
  }

  /** The disk in a drive, or null. */
  public BlockImage medium(int drive) {
    return drives[drive].medium();
  }

  /** The type of a drive for CMOS memory; 0 for none. */
  public int cmosType(int drive) {
    return drives[drive].isPresent() ? drives[drive].kind().cmosType() : 0;
  }

  // ---- interrupts and steps ----

  private void raiseInterrupt() {
    seeks.setResetReports(false);
    interrupt = true;
    irq.set(true);
  }

  private void lowerInterrupt() {
    interrupt = false;
    irq.set(false);
  }

  private void schedule(Step next, long nanos) {
    step = next;
    stepTimer.scheduleIn(nanos);
  }

  private void runStep() {
    Step now = step;
    step = Step.NONE;
    switch (now) {
      case END_RESET -> {
        phase = Phase.COMMAND;
        raiseInterrupt();
        seeks.setResetReports(true);
      }
      case BEGIN -> beginTransfer();
      case NEXT_SECTOR -> nextHostRun();
      case FINISH -> finishTransfer();
      case READ_ID -> finishReadId();
      case NONE -> {}
    }
  }

  // ---- reset ----

  private void enterReset() {
    stepTimer.cancel();
    seeks.reset();
    step = Step.NONE;
    phase = Phase.RESET;
    position = 0;
    length = 0;
    transfer = null;
    terminalCount = false;
    hostBytes = 0;
    dma.request(DMA_CHANNEL, false);
    lowerInterrupt();
    if (!locked) {
      configuration = CONFIG_NO_FIFO;
      precompensation = 0;
    }
    perpendicular &= ~(PERPENDICULAR_OVERWRITE | 0x03);
  }

  private void writeDigitalOutput(int value) {
    int before = digitalOutput;
    digitalOutput = value;
    if ((value & DOR_NOT_RESET) == 0) {
      enterReset();
    } else if ((before & DOR_NOT_RESET) == 0) {
      schedule(Step.END_RESET, RESET_TIME);
    }
  }

  private void writeDataRateSelect(int value) {
    dataRate = value & DSR_RATE;
    if ((value & DSR_RESET) != 0 && (digitalOutput & DOR_NOT_RESET) != 0) {
      enterReset();
      schedule(Step.END_RESET, RESET_TIME);
    }
  }

  // ---- command phase ----

  private void writeData(int value) {
    if (phase == Phase.EXECUTION && hostBytes > 0 && transfer.takesData()) {
      transfer.take(new byte[] {(byte) value}, 0, 1);
      hostMovedByte();
      return;
    }
    if (phase != Phase.COMMAND) {
      return;
    }
    if (position == 0) {
      command = FdcCommand.of(value);
    }
    bytes[position++] = (byte) value;
    if (position == command.length()) {
      position = 0;
      execute();
    }
  }

  private int parameter(int index) {
    return bytes[index] & 0xFF;
  }

  private void execute() {
    switch (command) {
      case READ, READ_DELETED, READ_TRACK, WRITE, WRITE_DELETED, VERIFY -> startTransfer();
      case SCAN_EQUAL, SCAN_LOW_OR_EQUAL, SCAN_HIGH_OR_EQUAL, FORMAT_TRACK -> startTransfer();
      case READ_ID -> {
        phase = Phase.EXECUTION;
        schedule(Step.READ_ID, READ_ID_TIME);
      }
      case SEEK -> seeks.seek(parameter(1) & 7, parameter(2));
      case RELATIVE_SEEK -> {
        int by = (parameter(0) & RELATIVE_INWARD) != 0 ? parameter(2) : -parameter(2);
        seeks.seek(parameter(1) & 7, seeks.cylinder(parameter(1) & 3) + by & 0xFF);
      }
      case RECALIBRATE -> seeks.recalibrate(parameter(1) & 3);
      case SENSE_INTERRUPT -> {
        lowerInterrupt();
        result(seeks.senseInterrupt());
      }
      case SENSE_DRIVE_STATUS -> result(driveStatus());
      case SPECIFY -> {
        specify1 = parameter(1);
        specify2 = parameter(2);
      }
      case CONFIGURE -> {
        configuration = parameter(2);
        precompensation = parameter(3);
      }
      case PERPENDICULAR -> {
        boolean overwrite = (parameter(1) & PERPENDICULAR_OVERWRITE) != 0;
        perpendicular = overwrite ? parameter(1) & 0x3F : perpendicular & 0x3C | parameter(1) & 3;
      }
      case LOCK -> {
        locked = (parameter(0) & LOCK_FLAG) != 0;
        result(locked ? LOCKED : 0);
      }
      case DUMP_REGISTERS -> dumpRegisters();
      case VERSION -> result(VERSION_82077AA);
      case PART_ID -> result(PART_ID);
      case POWER_DOWN -> result(parameter(1));
      case INVALID -> result(ST0_INVALID);
    }
  }

  private int driveStatus() {
    FloppyDrive drive = drives[parameter(1) & 3];
    return parameter(1) & 7
        | ST3_READY
        | ST3_TWO_SIDES
        | (drive.isAtTrack0() ? ST3_TRACK_0 : 0)
        | (drive.isWriteProtected() ? ST3_WRITE_PROTECTED : 0);
  }

  private void dumpRegisters() {
    result(
        seeks.cylinder(0),
        seeks.cylinder(1),
        seeks.cylinder(2),
        seeks.cylinder(3),
        specify1,
        specify2,
        lastSector,
        (locked ? LOCK_FLAG : 0) | perpendicular,
        configuration,
        precompensation);
  }

  // ---- execution phase ----

  private boolean usesDma() {
    return (specify2 & SPECIFY_NON_DMA) == 0 && (digitalOutput & DOR_DMA) != 0;
  }

  private void startTransfer() {
    lastSector = parameter(command == FdcCommand.FORMAT_TRACK ? 3 : 6);
    phase = Phase.EXECUTION;
    terminalCount = false;
    hostBytes = 0;
    transfer = new SectorTransfer(command, bytes, drives[parameter(1) & 3], dataRate);
    schedule(Step.BEGIN, ACCESS_TIME);
  }

  private void beginTransfer() {
    if (command == FdcCommand.VERIFY) {
      transfer.verify();
    }
    if (transfer.isOver()) {
      finishTransfer();
    } else if (usesDma()) {
      dma.request(DMA_CHANNEL, true);
    } else {
      nextHostRun();
    }
  }

  /** Offers a non-DMA host the next sector. */
  private void nextHostRun() {
    hostBytes = transfer.nextRun();
    if (hostBytes == 0) {
      finishTransfer();
    } else {
      raiseInterrupt();
    }
  }

  /** A byte went through the data register in non-DMA mode. */
  private void hostMovedByte() {
    hostBytes--;
    if (hostBytes == 0) {
      lowerInterrupt();
      // There is no terminal count in this mode; the last sector of the command is the end.
      terminalCount = true;
      schedule(transfer.isOver() ? Step.FINISH : Step.NEXT_SECTOR, ACCESS_TIME);
    }
  }

  private void endDma() {
    dma.request(DMA_CHANNEL, false);
    schedule(Step.FINISH, ACCESS_TIME);
  }

  private void finishTransfer() {
    transfer.finish(terminalCount);
    byte[] ended = transfer.result();
    seeks.setCylinder(transfer.driveNumber, drives[transfer.driveNumber].track());
    transfer = null;
    System.arraycopy(ended, 0, bytes, 0, ended.length);
    beginResult(ended.length);
    raiseInterrupt();
  }

  private void finishReadId() {
    int select = parameter(1) & 7;
    int head = select >>> 2;
    FloppyDrive drive = drives[select & 3];
    boolean mfm = (parameter(0) & FdcCommand.MFM) != 0;
    int track = drive.track();
    if (mfm && drive.hasSector(track, head, 1) && drive.format().rate() == dataRate) {
      result(select, 0, 0, track, head, drive.nextId(), SectorTransfer.SIZE_CODE);
    } else {
      result(ST0_ABNORMAL | select, ST1_MISSING_ADDRESS_MARK, 0, track, head, 0, 0);
    }
    raiseInterrupt();
  }

  // ---- result phase ----

  private void result(int... values) {
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    beginResult(values.length);
  }

  private void beginResult(int count) {
    phase = Phase.RESULT;
    position = 0;
    length = count;
  }

  private int readData() {
    if (phase == Phase.EXECUTION && hostBytes > 0 && transfer.givesData()) {
      byte[] one = new byte[1];
      transfer.give(one, 0, 1);
      hostMovedByte();
      return one[0] & 0xFF;
    }
    if (phase != Phase.RESULT) {
      return 0;
    }
    int value = bytes[position++] & 0xFF;
    if (position == 1 && !seeks.hasReport()) {
      lowerInterrupt();
    }
    if (position == length) {
      position = 0;
      phase = Phase.COMMAND;
      if (seeks.hasReport() && !interrupt) {
        seeks.scheduleNextReport();
      }
    }
    return value;
  }

  // ---- registers ----

  private FloppyDrive selected() {
    return drives[digitalOutput & DOR_DRIVE];
  }

  private int mainStatus() {
    int status = seeks.busyBits();
    return switch (phase) {
      case RESET -> 0;
      case COMMAND -> status | MSR_REQUEST | (position > 0 ? MSR_BUSY : 0);
      case RESULT -> status | MSR_REQUEST | MSR_READ | MSR_BUSY;
      case EXECUTION -> {
        status |= MSR_BUSY;
        if (transfer != null && !usesDma()) {
          status |= MSR_NON_DMA;
          status |= transfer.givesData() ? MSR_READ : 0;
          status |= hostBytes > 0 ? MSR_REQUEST : 0;
        }
        yield status;
      }
    };
  }

  private int statusA() {
    FloppyDrive drive = selected();
    return (interrupt ? SRA_INTERRUPT : 0)
        | (drives[1].isPresent() ? 0 : SRA_NO_SECOND_DRIVE)
        | (drive.isAtTrack0() ? 0 : SRA_NOT_TRACK_0)
        | ((parameter(1) & 4) != 0 && transfer != null ? SRA_HEAD : 0)
        | SRA_NOT_INDEX
        | (drive.isWriteProtected() ? 0 : SRA_NOT_WRITE_PROTECTED);
  }

  private int statusB() {
    return SRB_ONES
        | ((digitalOutput & 1) == 0 ? SRB_DRIVE_0_SELECTED : 0)
        | digitalOutput >>> 4 & 0x03;
  }

  private int peekRegister(int register) {
    return switch (register) {
      case STATUS_A -> statusA();
      case STATUS_B -> statusB();
      case DIGITAL_OUTPUT -> digitalOutput;
      case TAPE_DRIVE -> tapeDrive;
      case MAIN_STATUS -> mainStatus();
      case DATA -> phase == Phase.RESULT ? parameter(position) : 0;
      default -> selected().isChanged() ? DIR_CHANGED : 0;
    };
  }

  private void writeRegister(int register, int value) {
    switch (register) {
      case DIGITAL_OUTPUT -> writeDigitalOutput(value);
      case TAPE_DRIVE -> tapeDrive = value & 0x03;
      case MAIN_STATUS -> writeDataRateSelect(value);
      case DATA -> writeData(value);
      case DIGITAL_INPUT -> dataRate = value & DSR_RATE;
      default -> {} // the status registers are read-only
    }
  }

  // ---- Device ----

  @Override
  public String name() {
    return "fdc";
  }

  @Override
  public void reset(ResetKind kind) {
    locked = false;
    digitalOutput = 0;
    tapeDrive = 0;
    dataRate = 0;
    specify1 = 0;
    specify2 = 0;
    perpendicular = 0;
    lastSector = 0;
    command = FdcCommand.INVALID;
    Arrays.fill(bytes, (byte) 0);
    enterReset();
    if (kind == ResetKind.POWER_ON) {
      for (FloppyDrive drive : drives) {
        drive.powerOn();
      }
    }
  }

  @Override
  public void save(StateWriter out) {
    out.putInts(
        "registers",
        new int[] {
          phase.ordinal(),
          step.ordinal(),
          command.ordinal(),
          position,
          length,
          terminalCount ? 1 : 0,
          hostBytes,
          interrupt ? 1 : 0,
          digitalOutput,
          tapeDrive,
          dataRate,
          specify1,
          specify2,
          configuration,
          precompensation,
          perpendicular,
          locked ? 1 : 0,
          lastSector
        });
    out.putBytes("bytes", bytes);
    seeks.save(out);
    out.putLong("stepAt", SeekControl.deadline(stepTimer));
    for (int i = 0; i < ADDRESSABLE_DRIVES; i++) {
      drives[i].save("drive" + i, out);
    }
    out.putBoolean("transferring", transfer != null);
    if (transfer != null) {
      transfer.save(out);
    }
  }

  @Override
  public void load(StateReader in) {
    int[] r = in.getInts("registers");
    phase = Phase.values()[r[0]];
    step = Step.values()[r[1]];
    command = FdcCommand.values()[r[2]];
    position = r[3];
    length = r[4];
    terminalCount = r[5] != 0;
    hostBytes = r[6];
    interrupt = r[7] != 0;
    digitalOutput = r[8];
    tapeDrive = r[9];
    dataRate = r[10];
    specify1 = r[11];
    specify2 = r[12];
    configuration = r[13];
    precompensation = r[14];
    perpendicular = r[15];
    locked = r[16] != 0;
    lastSector = r[17];
    System.arraycopy(in.getBytes("bytes"), 0, bytes, 0, MOST_BYTES);
    transfer = null;
    if (in.getBoolean("transferring")) {
      transfer = new SectorTransfer(command, bytes, drives[parameter(1) & 3], dataRate);
      transfer.load(in);
    }
    // After the transfer, whose making moves the head.
    for (int i = 0; i < ADDRESSABLE_DRIVES; i++) {
      drives[i].load("drive" + i, in);
    }
    seeks.load(in);
    SeekControl.restore(stepTimer, in.getLong("stepAt"));
  }

  @Override
  public void close() {
    for (FloppyDrive drive : drives) {
      if (drive.hasMedium()) {
        drive.eject().close();
      }
    }
  }

  /** The controller as the DMA channel sees it. */
  private final class Channel implements DmaChannelDevice {
    @Override
    public int dmaToMemory(byte[] target, int offset, int count) {
      return transfer == null || !transfer.givesData()
          ? 0
          : moved(transfer.give(target, offset, count));
    }

    @Override
    public int dmaFromMemory(byte[] source, int offset, int count) {
      return transfer == null || !transfer.takesData()
          ? 0
          : moved(transfer.take(source, offset, count));
    }

    @Override
    public int dmaVerify(int count) {
      return dmaToMemory(new byte[count], 0, count);
    }

    private int moved(int count) {
      if (transfer.isOver()) {
        endDma();
      }
      return count;
    }

    @Override
    public void dmaTerminalCount() {
      terminalCount = true;
      if (transfer != null) {
        endDma();
      }
    }
  }

  private final class Registers implements PortHandler {
    private final int first;

    Registers(int first) {
      this.first = first;
    }

    @Override
    public int read(int offset, int width) {
      int register = first + offset;
      return register == DATA ? readData() : peekRegister(register);
    }

    @Override
    public int peek(int offset, int width) {
      return peekRegister(first + offset);
    }

    @Override
    public void write(int offset, int width, int value) {
      writeRegister(first + offset, value);
    }
  }
}
