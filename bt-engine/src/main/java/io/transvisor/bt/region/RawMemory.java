package io.transvisor.bt.region;

import java.lang.reflect.Field;

/**
 * How generated code reads the shadow map and reads and writes the backing store: without checks of
 * indices, since map entries only ever lead into the store. With the launcher's {@code
 * --add-exports java.base/jdk.internal.misc=ALL-UNNAMED} that is the JDK's own Unsafe, which costs
 * the compiler half as many calls to inline; else the one of the module jdk.unsupported.
 */
public final class RawMemory {
  private static final String INTERNAL = "jdk.internal.misc.Unsafe";
  private static final String SUPPORTED = "sun.misc.Unsafe";

  /** What reads and writes: the class with that name in {@link #UNSAFE_CLASS}. */
  public static final Object UNSAFE;

  static final String UNSAFE_CLASS;

  /** Offset of the first element of an array. */
  static final long INTS_START = sun.misc.Unsafe.ARRAY_INT_BASE_OFFSET;

  static final long LONGS_START = sun.misc.Unsafe.ARRAY_LONG_BASE_OFFSET;

  static final long BYTES_START = sun.misc.Unsafe.ARRAY_BYTE_BASE_OFFSET;

  static {
    Object internal = internal();
    UNSAFE_CLASS = internal == null ? SUPPORTED : INTERNAL;
    UNSAFE = internal == null ? supported() : internal;
  }

  private RawMemory() {}

  private static Object internal() {
    try {
      return Class.forName(INTERNAL).getMethod("getUnsafe").invoke(null);
    } catch (ReflectiveOperationException e) {
      return null;
    }
  }

  private static Object supported() {
    try {
      Field field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
