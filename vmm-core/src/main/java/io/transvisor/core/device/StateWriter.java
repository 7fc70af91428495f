package io.transvisor.core.device;

/** Where a device writes its state: named values, in any order; a name is used once per device. */
public interface StateWriter {
  void putInt(String name, int value);

  void putLong(String name, long value);

  void putBytes(String name, byte[] value);

  void putInts(String name, int[] value);

  void putString(String name, String value);

  default void putBoolean(String name, boolean value) {
    putInt(name, value ? 1 : 0);
  }
}
