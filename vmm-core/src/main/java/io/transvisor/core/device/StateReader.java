package io.transvisor.core.device;

/**
 * Where a device reads back what it wrote. Asking for a name that was not written is an error
 * naming it.
 */
public interface StateReader {
  int getInt(String name);

  long getLong(String name);

  byte[] getBytes(String name);

  int[] getInts(String name);

  String getString(String name);

  default boolean getBoolean(String name) {
    return getInt(name) != 0;
  }
}
