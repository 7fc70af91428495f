package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Insn;

/**
 * An operand width: how operands of 1, 2 and 4 bytes are read and written. Values are zero-extended
 * when read; bits above the width are ignored when written. Handler templates hold a width in a
 * static final field, so that HotSpot sees through every call; a record, because it trusts the
 * fields of records to be final.
 *
 * @param addressing how the address of the memory operand is found
 */
record Width(Size unit, Addressing addressing) {
  static final Width BYTE = new Width(Size.BYTE, Addressing.GENERAL);
  static final Width WORD = new Width(Size.WORD, Addressing.GENERAL);
  static final Width DWORD = new Width(Size.DWORD, Addressing.GENERAL);

  /** Bytes. */
  int size() {
    return unit.size();
  }

  /** Reads the register an encoding names; 0 is the accumulator at every width. */
  int register(Cpu c, int r) {
    return unit.register(c, r);
  }

  void setRegister(Cpu c, int r, int value) {
    unit.setRegister(c, r, value);
  }

  int load(Cpu c, int linear) {
    return unit.load(c, linear);
  }

  void store(Cpu c, int linear, int value) {
    unit.store(c, linear, value);
  }

  /** Reads the backing store. */
  int get(byte[] store, int index) {
    return unit.get(store, index);
  }

  void put(byte[] store, int index, int value) {
    unit.put(store, index, value);
  }

  /** Sign-extends to 32 bits. */
  int signed(int value) {
    return unit.signed(value);
  }

  /** Sets the flags of {@code a - b}. */
  void compare(Cpu c, int a, int b) {
    unit.compare(c, a, b);
  }

  /** Offset of the memory operand. */
  int offset(Cpu c, Insn i) {
    return addressing.offset(c, i);
  }

  /** Reads the instruction's memory operand. */
  int read(Cpu c, Insn i) {
    return unit.load(c, addressing.forRead(c, i, unit.size()));
  }

  /** Reads the memory operand as one byte, whatever the width. */
  int readByte(Cpu c, Insn i) {
    return c.loadB(addressing.forRead(c, i, 1));
  }

  /** Reads the memory operand as two bytes, whatever the width. */
  int readWord(Cpu c, Insn i) {
    return c.loadW(addressing.forRead(c, i, 2));
  }

  /** Writes the instruction's memory operand. */
  void write(Cpu c, Insn i, int value) {
    unit.store(c, addressing.forWrite(c, i, unit.size()), value);
  }

  /** Linear address of the memory operand, checked for read-modify-write. */
  int forUpdate(Cpu c, Insn i) {
    int linear = addressing.forWrite(c, i, unit.size());
    c.probeWrite(linear, unit.size());
    return linear;
  }

  /**
   * Where the memory operand is in the backing store, if it may be updated there directly, else -1;
   * then {@link #forUpdate} is the way. Checks nothing but the page: to be called with an address
   * from {@link #forWrite}.
   */
  int directUpdate(Cpu c, int linear) {
    return c.directUpdate(linear, unit.size());
  }

  /** Linear address of the memory operand, its segment checked for a write. */
  int forWrite(Cpu c, Insn i) {
    return addressing.forWrite(c, i, unit.size());
  }
}
