package io.transvisor.bt.differential;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The state of a CPU as it is saved, kept in memory. */
final class Snapshot implements StateWriter {
  private final Map<String, Object> values = new LinkedHashMap<>();

  @Override
  public void putInt(String name, int value) {
    values.put(name, value);
  }

  @Override
  public void putLong(String name, long value) {
    values.put(name, value);
  }

  @Override
  public void putBytes(String name, byte[] value) {
    values.put(name, value.clone());
  }

  @Override
  public void putInts(String name, int[] value) {
    values.put(name, value.clone());
  }

  @Override
  public void putString(String name, String value) {
    values.put(name, value);
  }

  /** The first value that is not the same in another one, in words, or null. */
  String difference(Snapshot other) {
    for (Map.Entry<String, Object> e : values.entrySet()) {
      Object there = other.values.get(e.getKey());
      if (!Arrays.deepEquals(new Object[] {e.getValue()}, new Object[] {there})) {
        return "%s %s and %s".formatted(e.getKey(), text(e.getValue()), text(there));
      }
    }
    return null;
  }

  private static String text(Object value) {
    return switch (value) {
      case int[] ints -> Arrays.stream(ints).mapToObj(Integer::toHexString).toList().toString();
      case Integer i -> Integer.toHexString(i);
      default -> String.valueOf(value);
    };
  }

  StateReader reader() {
    return new StateReader() {
      @Override
      public int getInt(String name) {
        return (int) values.get(name);
      }

      @Override
      public long getLong(String name) {
        return (long) values.get(name);
      }

      @Override
      public byte[] getBytes(String name) {
        return (byte[]) values.get(name);
      }

      @Override
      public int[] getInts(String name) {
        return (int[]) values.get(name);
      }

      @Override
      public String getString(String name) {
        return (String) values.get(name);
      }
    };
  }
}
