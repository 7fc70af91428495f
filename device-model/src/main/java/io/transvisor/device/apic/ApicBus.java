package io.transvisor.device.apic;

import java.util.ArrayList;
import java.util.List;

/**
 * What connects the I/O APIC with the local APICs: takes a message to the processors its
 * destination names (SDM volume 3, 10.6.2), and ends of level-triggered interrupts back.
 */
public final class ApicBus {
  private final List<LocalApic> processors = new ArrayList<>();
  private IoApic ioApic;

  void attach(LocalApic apic) {
    processors.add(apic);
  }

  void attach(IoApic apic) {
    ioApic = apic;
  }

  /** Delivers a message; returns whether some processor accepted it. */
  boolean send(InterruptMessage m) {
    if (m.mode() == InterruptMessage.LOWEST_PRIORITY) {
      LocalApic target = lowestPriority(m);
      return target != null && target.accept(m);
    }
    boolean accepted = false;
    for (LocalApic apic : processors) {
      if (apic.isDestination(m)) {
        accepted |= apic.accept(m);
      }
    }
    return accepted;
  }

  /** Delivers to all processors but the sender: the ICR's shorthand. */
  void sendToOthers(LocalApic sender, InterruptMessage m) {
    for (LocalApic apic : processors) {
      if (apic != sender) {
        apic.accept(m);
      }
    }
  }

  /** Of the processors a message is for, the one doing the least important work. */
  private LocalApic lowestPriority(InterruptMessage m) {
    LocalApic best = null;
    for (LocalApic apic : processors) {
      if (apic.isDestination(m)
          && apic.isSoftwareEnabled()
          && (best == null || apic.processorPriority() < best.processorPriority())) {
        best = apic;
      }
    }
    return best;
  }

  /** A processor has taken an interrupt. */
  void acknowledged(int vector) {
    ioApic.acknowledged(vector);
  }

  /** A processor has ended a level-triggered interrupt. */
  void endOfInterrupt(int vector) {
    ioApic.endOfInterrupt(vector);
  }

  /** Whether a vector waits for some processor to take it. */
  boolean isPending(int vector) {
    for (LocalApic apic : processors) {
      if (apic.isPending(vector)) {
        return true;
      }
    }
    return false;
  }
}
