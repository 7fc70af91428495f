package io.transvisor.bt.disasm;

/** An operand as an assembler programmer sees it. */
sealed interface Operand {
  /**
   * A register.
   *
   * @param name in lower case, without a percent sign
   * @param sizes whether it tells the size of the operation
   */
  record Register(String name, boolean sizes) implements Operand {}

  /** A constant, cut to its width. */
  record Immediate(int value) implements Operand {}

  /** The constant 1 of a shift, which is part of the opcode. */
  record One() implements Operand {}

  /** Where a relative branch goes. */
  record Target(int address) implements Operand {}

  /** A far address in the instruction. */
  record Far(int selector, int offset) implements Operand {}

  /**
   * Memory. Register names are empty where there is none.
   *
   * @param segment to be named; empty for the one that is used anyway
   * @param bits size, 0 where it is not that of one value
   */
  record Memory(String segment, String base, String index, int scale, int displacement, int bits)
      implements Operand {
    boolean hasRegister() {
      return !base.isEmpty() || !index.isEmpty();
    }
  }

  /** A port number in DX. */
  record PortInDx() implements Operand {}
}
