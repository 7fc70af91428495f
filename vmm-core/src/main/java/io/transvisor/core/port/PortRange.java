package io.transvisor.core.port;

/** A registered range of ports. A range registered later hides earlier ones while it is enabled. */
public final class PortRange {
  final PortSpace space;
  final String owner;
  final int count;
  final int maxWidth;
  final PortHandler handler;
  int base;
  boolean enabled;

  PortRange(PortSpace space, String owner, int base, int count, int maxWidth, PortHandler handler) {
    this.space = space;
    this.owner = owner;
    this.base = base;
    this.count = count;
    this.maxWidth = maxWidth;
    this.handler = handler;
    this.enabled = true;
  }

  public String owner() {
    return owner;
  }

  public int base() {
    return base;
  }

  public int count() {
    return count;
  }

  public boolean isEnabled() {
    return enabled;
  }

  /**
   * Moves the range and enables it, as a PCI base address register does. Ports past 0xFFFF are not
   * decoded.
   */
  public void moveTo(int newBase) {
    space.change(this, newBase, true);
  }

  public void setEnabled(boolean on) {
    space.change(this, base, on);
  }
}
