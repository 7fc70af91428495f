package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * Memory accesses of generated code by linear address: through the shadow map where it allows, else
 * the slow way. {@code flag} is the map flag that allows the access at the region's privilege. Each
 * method is small enough for HotSpot to in-line.
 */
public final class Ram {
  private Ram() {}

  /** Where a byte is in the backing store, or -1 if it cannot be accessed there directly. */
  public static int find1(int[] map, int linear, int flag) {
    int e = map[linear >>> 12];
    return (e & flag) != 0 ? e & ~0xFFF ^ linear : -1;
  }

  public static int find2(int[] map, int linear, int flag) {
    int e = map[linear >>> 12];
    return (e & flag) != 0 && (linear & 0xFFF) <= 0xFFE ? e & ~0xFFF ^ linear : -1;
  }

  public static int find4(int[] map, int linear, int flag) {
    int e = map[linear >>> 12];
    return (e & flag) != 0 && (linear & 0xFFF) <= 0xFFC ? e & ~0xFFF ^ linear : -1;
  }

  // ---- the backing store ----

  public static int get1(byte[] store, int at) {
    return store[at] & 0xFF;
  }

  public static int get2(byte[] store, int at) {
    return (short) PhysicalMemory.SHORT.get(store, at) & 0xFFFF;
  }

  public static int get4(byte[] store, int at) {
    return (int) PhysicalMemory.INT.get(store, at);
  }

  // ---- loads, zero-extended ----

  public static int load1(Cpu c, int[] map, byte[] store, int linear, int flag) {
    int at = find1(map, linear, flag);
    return at >= 0 ? store[at] & 0xFF : c.loadB(linear);
  }

  public static int load2(Cpu c, int[] map, byte[] store, int linear, int flag) {
    int at = find2(map, linear, flag);
    return at >= 0 ? (short) PhysicalMemory.SHORT.get(store, at) & 0xFFFF : c.loadW(linear);
  }

  public static int load4(Cpu c, int[] map, byte[] store, int linear, int flag) {
    int at = find4(map, linear, flag);
    return at >= 0 ? (int) PhysicalMemory.INT.get(store, at) : c.loadD(linear);
  }

  // ---- stores; true if the region must be left after the instruction ----

  public static boolean store1(
      Cpu c, int[] map, byte[] store, int linear, int value, int flag) {
    int at = find1(map, linear, flag);
    if (at >= 0) {
      store[at] = (byte) value;
      return false;
    }
    return slowStore1(c, linear, value);
  }

  public static boolean store2(
      Cpu c, int[] map, byte[] store, int linear, int value, int flag) {
    int at = find2(map, linear, flag);
    if (at >= 0) {
      PhysicalMemory.SHORT.set(store, at, (short) value);
      return false;
    }
    return slowStore2(c, linear, value);
  }

  public static boolean store4(
      Cpu c, int[] map, byte[] store, int linear, int value, int flag) {
    int at = find4(map, linear, flag);
    if (at >= 0) {
      PhysicalMemory.INT.set(store, at, value);
      return false;
    }
    return slowStore4(c, linear, value);
  }

  public static boolean slowStore1(Cpu c, int linear, int value) {
    c.storeB(linear, value);
    return c.traceLimit == 0;
  }

  public static boolean slowStore2(Cpu c, int linear, int value) {
    c.storeW(linear, value);
    return c.traceLimit == 0;
  }

  public static boolean slowStore4(Cpu c, int linear, int value) {
    c.storeD(linear, value);
    return c.traceLimit == 0;
  }

  // ---- read-modify-write: find, update1 to update4, then put1 to put4 ----

  /** The value to modify; a fault that the store would raise is raised here. */
  public static int update1(Cpu c, byte[] store, int at, int linear) {
    if (at >= 0) {
      return store[at] & 0xFF;
    }
    c.probeWrite(linear, 1);
    return c.loadB(linear);
  }

  public static int update2(Cpu c, byte[] store, int at, int linear) {
    if (at >= 0) {
      return (short) PhysicalMemory.SHORT.get(store, at) & 0xFFFF;
    }
    c.probeWrite(linear, 2);
    return c.loadW(linear);
  }

  public static int update4(Cpu c, byte[] store, int at, int linear) {
    if (at >= 0) {
      return (int) PhysicalMemory.INT.get(store, at);
    }
    c.probeWrite(linear, 4);
    return c.loadD(linear);
  }

  public static boolean put1(Cpu c, byte[] store, int at, int linear, int value) {
    if (at >= 0) {
      store[at] = (byte) value;
      return false;
    }
    return slowStore1(c, linear, value);
  }

  public static boolean put2(Cpu c, byte[] store, int at, int linear, int value) {
    if (at >= 0) {
      PhysicalMemory.SHORT.set(store, at, (short) value);
      return false;
    }
    return slowStore2(c, linear, value);
  }

  public static boolean put4(Cpu c, byte[] store, int at, int linear, int value) {
    if (at >= 0) {
      PhysicalMemory.INT.set(store, at, value);
      return false;
    }
    return slowStore4(c, linear, value);
  }
}
