package io.transvisor.bt.region;

/**
 * How generated code reads the shadow map and reads and writes the backing store: without checks of
 * indices, since map entries only ever lead into the store. The launcher allows it with {@code
 * --sun-misc-unsafe-memory-access=allow}; without that the JVM prints a warning.
 */
public final class RawMemory {
  static final String UNSAFE_CLASS = "sun.misc.Unsafe";

  /** Offset of the first element of an array. */
  static final long INTS_START = sun.misc.Unsafe.ARRAY_INT_BASE_OFFSET;

  static final long BYTES_START = sun.misc.Unsafe.ARRAY_BYTE_BASE_OFFSET;

  public static final sun.misc.Unsafe UNSAFE = find();

  private RawMemory() {}

  private static sun.misc.Unsafe find() {
    try {
      java.lang.reflect.Field field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (sun.misc.Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
