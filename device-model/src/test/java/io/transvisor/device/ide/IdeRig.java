package io.transvisor.device.ide;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.FakeClock;
import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.RecordingIrqLine;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;

/**
 * A controller with ports, memory and a clock, and the moves of a driver. Deterministic unless
 * asked otherwise.
 */
final class IdeRig {
  static final int BUS_MASTER = 0xC000;
  static final int COMMAND = 0x1F0;
  static final int CONTROL = 0x3F6;

  /** Where {@link #prd} puts the descriptor table. */
  static final int TABLE = 0x1000;

  final FakeClock clock = new FakeClock();
  final FakeMachineControl control = new FakeMachineControl();
  final PortSpace ports = new PortSpace();
  final PhysicalMemory memory = new PhysicalMemory(4 << 20, 0);
  final RecordingIrqLine irq = new RecordingIrqLine();
  final RecordingIrqLine irq15 = new RecordingIrqLine();
  final Piix3Ide ide;
  private int entries;

  IdeRig() {
    this(true);
  }

  IdeRig(boolean deterministic) {
    memory.mapRam("ram", 0, memory.ramSize(), memory.ram(), 0, 0);
    ide =
        new Piix3Ide(
            ports, memory, clock.events(), control, irq, irq15, deterministic, IdeTiming.DEFAULT);
    ide.reset(ResetKind.POWER_ON);
  }

  /** What firmware does: bus-master ports at {@link #BUS_MASTER}, I/O and bus mastering on. */
  IdeRig configured() {
    ide.writeConfig(0x20, 4, BUS_MASTER);
    ide.writeConfig(0x04, 2, 5);
    return this;
  }

  // ---- registers of the primary channel ----

  void out(int register, int value) {
    ports.write(COMMAND + register, 1, value);
  }

  int in(int register) {
    return ports.read(COMMAND + register, 1);
  }

  int status() {
    return ports.read(CONTROL, 1);
  }

  void control(int value) {
    ports.write(CONTROL, 1, value);
  }

  /** Sets up a command with a 28-bit address on the master and gives it. */
  void command(int command, long lba, int count) {
    out(6, 0xE0 | (int) (lba >> 24) & 0x0F);
    out(2, count);
    out(3, (int) lba);
    out(4, (int) (lba >> 8));
    out(5, (int) (lba >> 16));
    out(7, command);
  }

  /** The same with a 48-bit address. */
  void commandExt(int command, long lba, int count) {
    out(6, 0x40);
    out(2, count >> 8);
    out(2, count);
    out(3, (int) (lba >> 24));
    out(3, (int) lba);
    out(4, (int) (lba >> 32));
    out(4, (int) (lba >> 8));
    out(5, (int) (lba >> 40));
    out(5, (int) (lba >> 16));
    out(7, command);
  }

  // ---- waiting ----

  /** Runs guest time until the drive is not busy; fails if that never happens. */
  int waitNotBusy() {
    int turns = 0;
    while ((status() & Ata.BSY) != 0) {
      assertThat(clock.runNext()).as("an event while the drive is busy").isTrue();
      assertThat(turns++).isLessThan(10_000);
    }
    return status();
  }

  /** Waits for an interrupt, reads status as a driver does, and returns it. */
  int waitInterrupt() {
    while (!irq.isHigh()) {
      assertThat(clock.runNext()).as("an event before the interrupt").isTrue();
    }
    int status = in(7);
    assertThat(irq.isHigh()).isFalse();
    return status;
  }

  /** Runs a few events, whatever they are. */
  void waitQuietly() {
    for (int i = 0; i < 5; i++) {
      clock.runNext();
    }
  }

  /** Runs everything that is due within a second. */
  void settle() {
    clock.advance(1_000_000_000L);
  }

  // ---- data ----

  byte[] readData(int bytes) {
    byte[] data = new byte[bytes];
    for (int i = 0; i < bytes; i += 2) {
      int value = ports.read(COMMAND, 2);
      data[i] = (byte) value;
      if (i + 1 < bytes) {
        data[i + 1] = (byte) (value >> 8);
      }
    }
    return data;
  }

  void writeData(byte[] data) {
    for (int i = 0; i < data.length; i += 2) {
      int high = i + 1 < data.length ? data[i + 1] & 0xFF : 0;
      ports.write(COMMAND, 2, data[i] & 0xFF | high << 8);
    }
  }

  // ---- bus master ----

  void clearTable() {
    entries = 0;
  }

  /** Adds a descriptor; a count of 0 means 64 KiB. */
  void prd(int address, int count, boolean last) {
    memory.write(TABLE + 8 * entries, 4, address);
    memory.write(TABLE + 8 * entries + 4, 4, count & 0xFFFF | (last ? 1 << 31 : 0));
    entries++;
  }

  void startBusMaster(boolean toMemory) {
    ports.write(BUS_MASTER + 4, 4, TABLE);
    ports.write(BUS_MASTER + 2, 1, 6);
    ports.write(BUS_MASTER, 1, toMemory ? 8 : 0);
    ports.write(BUS_MASTER, 1, toMemory ? 9 : 1);
  }

  int busMasterStatus() {
    return ports.read(BUS_MASTER + 2, 1);
  }

  void stopBusMaster() {
    ports.write(BUS_MASTER, 1, 0);
  }
}
