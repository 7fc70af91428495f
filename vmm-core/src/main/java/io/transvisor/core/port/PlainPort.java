package io.transvisor.core.port;

/** Ports whose reads have no side effects. */
public interface PlainPort extends PortHandler {
  @Override
  default int peek(int offset, int width) {
    return read(offset, width);
  }
}
