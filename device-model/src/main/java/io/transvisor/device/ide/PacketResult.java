package io.transvisor.device.ide;

/** What a packet command asks its transport to do. */
sealed interface PacketResult {
  /** Nothing to transfer; the command has succeeded. */
  record Done() implements PacketResult {}

  /** CHECK CONDITION. */
  record Failed(Sense sense) implements PacketResult {}

  /** Bytes for the host, cut to what it asked for. */
  record Reply(byte[] data) implements PacketResult {}

  /**
   * Blocks of the medium for the host.
   *
   * @param parts which parts of a block, bits of {@link RawBlock}
   */
  record Blocks(int first, int count, int parts) implements PacketResult {}

  /** The host is to send a parameter list of this many bytes. */
  record ParameterList(int length) implements PacketResult {}
}
