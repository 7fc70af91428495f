package io.transvisor.device.vga;

import io.transvisor.core.port.PortHandler;

/**
 * Part of a larger range of ports, registered on its own because ports between the parts belong to
 * other devices.
 *
 * @param whole the handler of the larger range
 * @param start offset of the part in it
 */
record Shifted(PortHandler whole, int start) implements PortHandler {
  @Override
  public int read(int offset, int width) {
    return whole.read(start + offset, width);
  }

  @Override
  public void write(int offset, int width, int value) {
    whole.write(start + offset, width, value);
  }

  @Override
  public int peek(int offset, int width) {
    return whole.peek(start + offset, width);
  }
}
