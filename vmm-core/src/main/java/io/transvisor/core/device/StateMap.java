package io.transvisor.core.device;

import io.transvisor.core.error.VmmException;
import java.util.LinkedHashMap;
import java.util.Map;

/** State of one device in memory: both ends of save and load. */
public final class StateMap implements StateWriter, StateReader {
  private final Map<String, Object> values = new LinkedHashMap<>();

  private void put(String name, Object value) {
    if (values.putIfAbsent(name, value) != null) {
      throw new IllegalStateException("state value " + name + " written twice");
    }
  }

  private <T> T get(String name, Class<T> type) {
    Object value = values.get(name);
    if (!type.isInstance(value)) {
      throw new VmmException("saved state has no " + type.getSimpleName() + " named " + name);
    }
    return type.cast(value);
  }

  @Override
  public void putInt(String name, int value) {
    put(name, value);
  }

  @Override
  public void putLong(String name, long value) {
    put(name, value);
  }

  @Override
  public void putBytes(String name, byte[] value) {
    put(name, value.clone());
  }

  @Override
  public void putInts(String name, int[] value) {
    put(name, value.clone());
  }

  @Override
  public void putString(String name, String value) {
    put(name, value);
  }

  @Override
  public int getInt(String name) {
    return get(name, Integer.class);
  }

  @Override
  public long getLong(String name) {
    return get(name, Long.class);
  }

  @Override
  public byte[] getBytes(String name) {
    return get(name, byte[].class).clone();
  }

  @Override
  public int[] getInts(String name) {
    return get(name, int[].class).clone();
  }

  @Override
  public String getString(String name) {
    return get(name, String.class);
  }

  /** The values by name, for comparison in tests and for writing to a file. */
  public Map<String, Object> values() {
    return values;
  }
}
