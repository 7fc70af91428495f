package io.transvisor.device.pic;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Master and slave 8259A as a PC wires them: ports 20h-21h and A0h-A1h, the slave on input 2 of the
 * master, edge/level control at 4D0h-4D1h (82371 datasheet, 2.5.6).
 */
public final class Pic8259Pair implements Device, InterruptController {
  public static final int IRQS = 16;

  private static final int MASTER_PORT = 0x20;
  private static final int SLAVE_PORT = 0xA0;
  private static final int LEVEL_CONTROL_PORT = 0x4D0;
  private static final int CASCADE = 2;

  /** Where the AT wires what was IRQ 2 on the XT bus. */
  private static final int CASCADE_REPLACEMENT = 9;

  /** IRQ 0, 1, 2 and 8, 13 are always edge-triggered. */
  private static final int MASTER_LEVEL_CAPABLE = 0xF8;

  private static final int SLAVE_LEVEL_CAPABLE = 0xDE;

  private final Pic8259 master;
  private final Pic8259 slave;
  private final IrqLine[] lines = new IrqLine[IRQS];
  private final CatchUpLine[] tickLines = new CatchUpLine[IRQS];
  private final Input[] inputs = new Input[IRQS];
  private final List<IntConsumer> acknowledgeListeners = new ArrayList<>();

  /**
   * @param ports where the registers appear
   * @param cpu the INTR pin of the CPU
   */
  public Pic8259Pair(PortSpace ports, IrqLine cpu) {
    master = new Pic8259("master", CASCADE, MASTER_LEVEL_CAPABLE, cpu, watcher(0));
    slave =
        new Pic8259(
            "slave", -1, SLAVE_LEVEL_CAPABLE, high -> master.setInput(CASCADE, high), watcher(8));
    for (int irq = 0; irq < IRQS; irq++) {
      int wired = irq == CASCADE ? CASCADE_REPLACEMENT : irq;
      lines[irq] = high -> chip(wired).setInput(wired & 7, high);
    }
    ports.register(name(), MASTER_PORT, 2, 1, registers(master));
    ports.register(name(), SLAVE_PORT, 2, 1, registers(slave));
    ports.register(name() + "-elcr", LEVEL_CONTROL_PORT, 2, 1, levelControl());
  }

  private Pic8259 chip(int irq) {
    return irq < 8 ? master : slave;
  }

  private Pic8259.Watcher watcher(int firstIrq) {
    return new Pic8259.Watcher() {
      @Override
      public void acknowledged(int input) {
        int irq = firstIrq + input;
        for (IntConsumer listener : acknowledgeListeners) {
          listener.accept(irq);
        }
        if (inputs[irq] != null) {
          inputs[irq].acknowledged.run();
        }
      }

      @Override
      public void initialised() {
        for (int input = 0; input < 8; input++) {
          if (inputs[firstIrq + input] != null) {
            inputs[firstIrq + input].initialised.run();
          }
        }
      }
    };
  }

  /**
   * The wire of an ISA interrupt, for one device. IRQ 2 is taken by the cascade; its wire leads to
   * IRQ 9, as on the AT.
   *
   * @param irq 0 to 15
   */
  public IrqLine line(int irq) {
    return lines[irq];
  }

  /**
   * The wire of an interrupt that clocks the guest: missed ticks are given again after each
   * acknowledge.
   *
   * @param others where else the wire leads
   */
  public TickLine tickLine(int irq, EventQueue events, ClockInput... others) {
    if (tickLines[irq] == null) {
      inputs[irq] = new Input(irq);
      List<ClockInput> all = new ArrayList<>(Arrays.asList(others));
      all.add(inputs[irq]);
      tickLines[irq] = new CatchUpLine("irq" + irq, events, all);
    }
    return tickLines[irq];
  }

  /** One input for the clock that drives it. */
  private final class Input implements ClockInput {
    private final int irq;
    private Runnable acknowledged;
    private Runnable initialised;

    Input(int irq) {
      this.irq = irq;
    }

    @Override
    public void set(boolean high) {
      line(irq).set(high);
    }

    @Override
    public boolean isMasked() {
      return Pic8259Pair.this.isMasked(irq);
    }

    @Override
    public boolean isPending() {
      return Pic8259Pair.this.isPending(irq);
    }

    @Override
    public void watch(Runnable onAcknowledge, Runnable onInitialise) {
      acknowledged = onAcknowledge;
      initialised = onInitialise;
    }
  }

  /**
   * Adds a listener told the number (0 to 15) of each interrupt the CPU or a poll command takes.
   */
  public void onAcknowledge(IntConsumer listener) {
    acknowledgeListeners.add(listener);
  }

  /**
   * Whether the mask register suppresses an interrupt (IRQ 8 to 15: on the slave; the cascade is
   * not looked at).
   */
  public boolean isMasked(int irq) {
    return chip(irq).isMasked(irq & 7);
  }

  /** Whether an interrupt is waiting to be acknowledged (its IRR bit). */
  public boolean isPending(int irq) {
    return chip(irq).isRequested(irq & 7);
  }

  @Override
  public boolean isRequesting() {
    return master.isRequesting();
  }

  @Override
  public int acknowledge() {
    int input = master.acknowledge();
    if (input < 0) {
      return master.vector(Pic8259.SPURIOUS);
    }
    if (input != CASCADE) {
      return master.vector(input);
    }
    int slaveInput = slave.acknowledge();
    return slave.vector(slaveInput < 0 ? Pic8259.SPURIOUS : slaveInput);
  }

  // ---- Device ----

  @Override
  public String name() {
    return "pic";
  }

  @Override
  public void reset(ResetKind kind) {
    slave.reset();
    master.reset();
    for (CatchUpLine line : tickLines) {
      if (line != null) {
        line.forget();
      }
    }
  }

  @Override
  public void save(StateWriter out) {
    master.save(out);
    slave.save(out);
    for (int irq = 0; irq < IRQS; irq++) {
      if (tickLines[irq] != null) {
        tickLines[irq].save(out, "keptTicks" + irq);
      }
    }
  }

  @Override
  public void load(StateReader in) {
    master.load(in);
    slave.load(in);
    for (int irq = 0; irq < IRQS; irq++) {
      if (tickLines[irq] != null) {
        tickLines[irq].load(in, "keptTicks" + irq);
      }
    }
    master.refreshOutput();
  }

  /** Register contents, one line per chip. */
  public List<String> describe() {
    return List.of(master.describe(), slave.describe());
  }

  // ---- ports ----

  private static PortHandler registers(Pic8259 chip) {
    return new PortHandler() {
      @Override
      public int read(int offset, int width) {
        return chip.read(offset);
      }

      @Override
      public void write(int offset, int width, int value) {
        chip.write(offset, value);
      }

      @Override
      public int peek(int offset, int width) {
        return chip.peek(offset);
      }
    };
  }

  private PortHandler levelControl() {
    return new PlainPort() {
      @Override
      public int read(int offset, int width) {
        return (offset == 0 ? master : slave).readLevelControl();
      }

      @Override
      public void write(int offset, int width, int value) {
        (offset == 0 ? master : slave).writeLevelControl(value);
      }
    };
  }
}
