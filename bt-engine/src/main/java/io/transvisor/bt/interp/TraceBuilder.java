package io.transvisor.bt.interp;

import io.transvisor.bt.cache.CodeCache;
import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.mmu.PageFaultException;
import java.util.ArrayList;
import java.util.List;

/** Decodes guest code into traces, in the CPU's current mode. */
final class TraceBuilder {
  /** Most instructions in a trace; with 15 bytes each a trace stays below 512 bytes. */
  private static final int MAX_TRACE = 32;

  private final Cpu c;
  private final PhysicalMemory memory;
  private final CodeCache cache;
  private final Decoder decoder;
  private final List<Insn> building = new ArrayList<>(MAX_TRACE);
  private final byte[] straddling = new byte[2 * Decoder.MAX_LENGTH];

  TraceBuilder(Cpu cpu, PhysicalMemory memory, CodeCache cache) {
    this.c = cpu;
    this.memory = memory;
    this.cache = cache;
    this.decoder = new Decoder(InstructionSet.TABLE, cpu.model);
  }

  /**
   * Decodes a trace and keeps it.
   *
   * @param store where its first byte is in the backing store
   * @throws PageFaultException if the only instruction reaches into a page that is not there
   */
  Trace build(int store, int linear) {
    decoder.setFlatData((c.modeWord & Cpu.MODE_FLAT_DATA) != 0);
    boolean code32 = c.isCode32();
    byte[] bytes = memory.store();
    int pageEnd = (store | 0xFFF) + 1;
    int at = store;
    building.clear();
    boolean branches = false;
    while (building.size() < MAX_TRACE) {
      Insn i = decoder.decode(bytes, at, pageEnd, code32, at - store);
      if (i == null) {
        break;
      }
      i.position = (byte) building.size();
      building.add(i);
      at = store + i.next;
      if (i.form == null || i.form.endsTrace()) {
        branches = i.form != null;
        break;
      }
      if (at >= pageEnd || cache.isBarrier(at)) {
        break;
      }
    }
    if (building.isEmpty()) {
      return crossing(store, linear);
    }
    Trace t = new Trace(store, c.modeWord, building.toArray(new Insn[0]), branches, -1);
    cache.add(t);
    return t;
  }

  /** A single instruction that reaches into the next page. */
  Trace crossing(int store, int linear) {
    decoder.setFlatData((c.modeWord & Cpu.MODE_FLAT_DATA) != 0);
    int second = c.mmu.translateCode((linear | 0xFFF) + 1, c.cpl == 3);
    if (second < 0) {
      return uncached(linear);
    }
    byte[] bytes = memory.store();
    int first = 4096 - (store & 0xFFF);
    System.arraycopy(bytes, store, straddling, 0, Math.min(first, Decoder.MAX_LENGTH));
    System.arraycopy(bytes, second, straddling, first, Decoder.MAX_LENGTH);
    Insn i = decoder.decode(straddling, 0, first + Decoder.MAX_LENGTH, c.isCode32(), 0);
    Trace t = single(store, i, second);
    cache.add(t);
    return t;
  }

  /** Code outside the backing store (device memory, nothing): fetched byte by byte, never kept. */
  Trace uncached(int linear) {
    decoder.setFlatData((c.modeWord & Cpu.MODE_FLAT_DATA) != 0);
    boolean user = c.cpl == 3;
    for (int n = 1; n <= Decoder.MAX_LENGTH; n++) {
      straddling[n - 1] = (byte) c.mmu.read(linear + n - 1, 1, user);
      Insn i = decoder.decode(straddling, 0, n, c.isCode32(), 0);
      if (i != null) {
        return single(-1, i, -1);
      }
    }
    throw new IllegalStateException("decoder wants more than " + Decoder.MAX_LENGTH + " bytes");
  }

  private Trace single(int store, Insn i, int second) {
    boolean branches = i.form != null && i.form.endsTrace();
    return new Trace(store, c.modeWord, new Insn[] {i}, branches, second);
  }
}
