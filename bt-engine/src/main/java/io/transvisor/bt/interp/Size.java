package io.transvisor.bt.interp;

import io.transvisor.core.memory.PhysicalMemory;

/**
 * An operand size of 1, 2 or 4 bytes: how registers, memory and the backing store are read and
 * written.
 */
enum Size {
  BYTE {
    @Override
    int size() {
      return 1;
    }

    @Override
    int register(Cpu c, int r) {
      return c.reg8(r);
    }

    @Override
    void setRegister(Cpu c, int r, int value) {
      c.setReg8(r, value);
    }

    @Override
    int load(Cpu c, int linear) {
      return c.loadB(linear);
    }

    @Override
    void store(Cpu c, int linear, int value) {
      c.storeB(linear, value);
    }

    @Override
    int get(byte[] store, int index) {
      return store[index] & 0xFF;
    }

    @Override
    void put(byte[] store, int index, int value) {
      store[index] = (byte) value;
    }

    @Override
    int signed(int value) {
      return (byte) value;
    }

    @Override
    void compare(Cpu c, int a, int b) {
      Alu.cmp8(c, a, b);
    }
  },

  WORD {
    @Override
    int size() {
      return 2;
    }

    @Override
    int register(Cpu c, int r) {
      return c.reg16(r);
    }

    @Override
    void setRegister(Cpu c, int r, int value) {
      c.setReg16(r, value);
    }

    @Override
    int load(Cpu c, int linear) {
      return c.loadW(linear);
    }

    @Override
    void store(Cpu c, int linear, int value) {
      c.storeW(linear, value);
    }

    @Override
    int get(byte[] store, int index) {
      return (short) PhysicalMemory.SHORT.get(store, index) & 0xFFFF;
    }

    @Override
    void put(byte[] store, int index, int value) {
      PhysicalMemory.SHORT.set(store, index, (short) value);
    }

    @Override
    int signed(int value) {
      return (short) value;
    }

    @Override
    void compare(Cpu c, int a, int b) {
      Alu.cmp16(c, a, b);
    }
  },

  DWORD {
    @Override
    int size() {
      return 4;
    }

    @Override
    int register(Cpu c, int r) {
      return c.gpr[r];
    }

    @Override
    void setRegister(Cpu c, int r, int value) {
      c.gpr[r] = value;
    }

    @Override
    int load(Cpu c, int linear) {
      return c.loadD(linear);
    }

    @Override
    void store(Cpu c, int linear, int value) {
      c.storeD(linear, value);
    }

    @Override
    int get(byte[] store, int index) {
      return (int) PhysicalMemory.INT.get(store, index);
    }

    @Override
    void put(byte[] store, int index, int value) {
      PhysicalMemory.INT.set(store, index, value);
    }

    @Override
    int signed(int value) {
      return value;
    }

    @Override
    void compare(Cpu c, int a, int b) {
      Alu.cmp32(c, a, b);
    }
  };

  /** Bytes. A method, because HotSpot does not treat instance fields of an enum as constants. */
  abstract int size();

  /** Reads the register an encoding names; 0 is the accumulator at every width. */
  abstract int register(Cpu c, int r);

  abstract void setRegister(Cpu c, int r, int value);

  abstract int load(Cpu c, int linear);

  abstract void store(Cpu c, int linear, int value);

  /** Reads the backing store. */
  abstract int get(byte[] store, int index);

  abstract void put(byte[] store, int index, int value);

  /** Sign-extends to 32 bits. */
  abstract int signed(int value);

  /** Sets the flags of {@code a - b}. */
  abstract void compare(Cpu c, int a, int b);
}
