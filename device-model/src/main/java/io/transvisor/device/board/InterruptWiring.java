package io.transvisor.device.board;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.device.Device;
import io.transvisor.core.irq.CpuPins;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.device.apic.ApicBus;
import io.transvisor.device.apic.IoApic;
import io.transvisor.device.apic.LocalApic;
import io.transvisor.device.pic.Pic8259Pair;
import io.transvisor.device.pic.TickLine;
import java.util.List;

/**
 * The interrupt controllers and the wires between them: each ISA interrupt leads to the 8259 pair
 * and to the I/O APIC, of which the guest uses one; the pair's output leads to LINT0 of the local
 * APIC, and past it without APICs.
 */
final class InterruptWiring {
  private final EventQueue events;
  private final Pic8259Pair pic;
  private final LocalApic localApic;
  private final IoApic ioApic;
  private IrqLine intr = high -> {};

  /**
   * @param apics whether there are APICs
   */
  InterruptWiring(PhysicalMemory memory, PortSpace ports, EventQueue events, boolean apics) {
    this.events = events;
    pic = new Pic8259Pair(ports, this::setIntr);
    if (apics) {
      ApicBus bus = new ApicBus();
      localApic = new LocalApic(events, memory, bus, pic, 0);
      ioApic = new IoApic(memory, bus);
    } else {
      localApic = null;
      ioApic = null;
    }
  }

  private void setIntr(boolean high) {
    if (localApic != null) {
      localApic.setLint0(high);
    } else {
      intr.set(high);
    }
  }

  /** Both PICs' registers, a line each. */
  List<String> picState() {
    return pic.describe();
  }

  /** In the order in which they are to be reset. */
  List<Device> devices() {
    return localApic == null ? List.of(pic) : List.of(pic, ioApic, localApic);
  }

  /** The wire of an ISA interrupt, 0 to 15. */
  IrqLine line(int irq) {
    IrqLine toPic = pic.line(irq);
    if (ioApic == null) {
      return toPic;
    }
    IrqLine toIoApic = ioApic.line(irq);
    return high -> {
      toIoApic.set(high);
      toPic.set(high);
    };
  }

  /** The wire of an ISA interrupt that clocks the guest. */
  TickLine tickLine(int irq) {
    return ioApic == null
        ? pic.tickLine(irq, events)
        : pic.tickLine(irq, events, ioApic.clockInput(irq));
  }

  /** What the CPU asks for vectors. */
  InterruptController controller() {
    return localApic == null ? pic : localApic;
  }

  void connectCpu(CpuPins cpu) {
    if (localApic != null) {
      localApic.connectCpu(cpu);
    } else {
      intr = cpu.intr();
    }
  }
}
