package io.transvisor.console.gdb;

import io.transvisor.bt.interp.Cpu;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;

/**
 * A register as a debugger sees it.
 *
 * @param type of its value, in a target description
 * @param group where {@code info registers} shows it, or null for the type's own
 * @param get its bytes, least significant first
 * @param set takes as many bytes
 */
record Register(
    String name,
    int bits,
    String type,
    String group,
    Function<Cpu, byte[]> get,
    BiConsumer<Cpu, byte[]> set) {
  /** A register of 32 bits. */
  static Register word(
      String name, String type, String group, ToIntFunction<Cpu> get, ObjIntConsumer<Cpu> set) {
    return new Register(
        name,
        32,
        type,
        group,
        cpu ->
            ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(get.applyAsInt(cpu))
                .array(),
        (cpu, bytes) ->
            set.accept(cpu, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt()));
  }

  int bytes() {
    return bits / 8;
  }
}
