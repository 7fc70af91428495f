package io.transvisor.device.apic;

import io.transvisor.core.FakeClock;
import io.transvisor.core.RecordingCpuPins;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.memory.PhysicalMemory;

/** Local APICs of some CPUs and an I/O APIC on one bus, reached through memory, and a fake 8259. */
final class ApicBench {
  static final int ID = 0x20;
  static final int TPR = 0x80;
  static final int PPR = 0xA0;
  static final int EOI = 0xB0;
  static final int LDR = 0xD0;
  static final int DFR = 0xE0;
  static final int SVR = 0xF0;
  static final int ISR = 0x100;
  static final int TMR = 0x180;
  static final int IRR = 0x200;
  static final int ESR = 0x280;
  static final int ICR_LOW = 0x300;
  static final int ICR_HIGH = 0x310;
  static final int LVT_TIMER = 0x320;
  static final int LVT_LINT0 = 0x350;
  static final int LVT_ERROR = 0x370;
  static final int INITIAL_COUNT = 0x380;
  static final int CURRENT_COUNT = 0x390;
  static final int DIVIDE = 0x3E0;
  static final int MASKED = 1 << 16;
  static final int PERIODIC = 1 << 17;
  static final int DIVIDE_BY_1 = 0xB;

  /** What the fake 8259 answers. */
  static final int PIC_VECTOR = 0x08;

  private static final InterruptController PIC =
      new InterruptController() {
        @Override
        public boolean isRequesting() {
          return true;
        }

        @Override
        public int acknowledge() {
          return PIC_VECTOR;
        }
      };

  final FakeClock clock = new FakeClock();
  final PhysicalMemory memory = new PhysicalMemory(1 << 20, 0);
  final ApicBus bus = new ApicBus();
  final LocalApic[] apics;
  final RecordingCpuPins[] cpus;
  final IoApic ioApic;

  ApicBench(int processors) {
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    apics = new LocalApic[processors];
    cpus = new RecordingCpuPins[processors];
    for (int n = 0; n < processors; n++) {
      apics[n] = new LocalApic(clock.events(), memory, bus, PIC, n);
      cpus[n] = new RecordingCpuPins();
      apics[n].connectCpu(cpus[n]);
    }
    ioApic = new IoApic(memory, bus);
  }

  /** Software-enables all local APICs with spurious vector FFh, one logical bit each. */
  ApicBench enabled() {
    for (int n = 0; n < apics.length; n++) {
      apics[n].reset(ResetKind.POWER_ON);
      apics[n].write(SVR, 4, 0x1FF);
      apics[n].write(LDR, 4, 1 << 24 + n);
    }
    ioApic.reset(ResetKind.POWER_ON);
    return this;
  }

  int read(int register) {
    return apics[0].read(register, 4);
  }

  void write(int register, int value) {
    apics[0].write(register, 4, value);
  }

  /** Whether CPU 0 is being interrupted. */
  boolean isInterrupted() {
    return cpus[0].intr().isHigh();
  }

  int acknowledge() {
    return apics[0].acknowledge();
  }

  void end() {
    write(EOI, 0);
  }

  /** Puts a vector into the IRR by an interrupt message to CPU 0. */
  void request(int vector) {
    apics[0].accept(new InterruptMessage(InterruptMessage.FIXED, vector, false, false, 0));
  }

  /** Takes and ends interrupts until none is left; returns how many there were. */
  int serveAll() {
    int count = 0;
    while (isInterrupted()) {
      acknowledge();
      end();
      count++;
    }
    return count;
  }

  void writeIo(int register, int value) {
    ioApic.write(0x00, 4, register);
    ioApic.write(0x10, 4, value);
  }

  int readIo(int register) {
    ioApic.write(0x00, 4, register);
    return ioApic.read(0x10, 4);
  }

  /** Writes an entry of the redirection table. */
  void redirect(int pin, int low, int destination) {
    writeIo(0x11 + 2 * pin, destination << 24);
    writeIo(0x10 + 2 * pin, low);
  }
}
