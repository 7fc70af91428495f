package io.transvisor.device.dma;

/**
 * A device at a DMA channel. It raises its request with {@link Dma8237#request}; some time later,
 * never from within that call, the controller moves bytes in runs through these methods. The names
 * follow the controller: a write transfer writes memory.
 *
 * <p>A request is looked at again when it is set, also when it was set already; a device on an
 * auto-initialised channel sets it after the terminal count if it has more to move. Lengths are in
 * bytes; on channels 5 to 7 they are even.
 */
public interface DmaChannelDevice {
  /**
   * Write transfer, device to memory: puts up to {@code length} bytes into {@code target}.
   *
   * @return how many; fewer than {@code length} when the device has no more for now
   */
  int dmaToMemory(byte[] target, int offset, int length);

  /**
   * Read transfer, memory to device: takes up to {@code length} bytes from {@code source}.
   *
   * @return how many; fewer than {@code length} when the device can take no more for now
   */
  int dmaFromMemory(byte[] source, int offset, int length);

  /** Verify transfer: as if up to {@code length} bytes moved, without any data. */
  default int dmaVerify(int length) {
    return length;
  }

  /**
   * The channel is in cascade mode and the device is granted the bus, to master it until it drops
   * its request.
   */
  default void dmaBusGranted() {}

  /** The terminal count: the last byte the guest asked for has moved. */
  void dmaTerminalCount();
}
