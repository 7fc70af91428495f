package io.transvisor.device.pci;

/** Where the four interrupt pins of a PCI device lead: the ISA bridge's PIRQ inputs. */
@FunctionalInterface
public interface PciInterruptRouter {
  /**
   * One function has changed its wire. Wires are shared: the router adds up who asserts.
   *
   * @param device device number, 0 to 31
   * @param pin 1 for INTA# to 4 for INTD#
   */
  void interrupt(int device, int pin, boolean asserted);
}
