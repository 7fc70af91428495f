package io.transvisor.bt.cache;

import io.transvisor.core.device.CounterSink;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Traces by where their bytes lie in the backing store. Keyed by store and not by address, so code
 * is found and invalidated through every mapping of its page, and a store by CPU, DMA or device
 * alike reaches {@link #written}.
 */
public final class CodeCache implements WriteTraces.Handler {
  /**
   * Slots of the direct-mapped front: all starts in a page have different ones, and some 256 pages
   * do.
   */
  private static final int FRONT_SIZE = 1 << 20;

  private static final int MODE_SHIFT = 18;

  /**
   * Host memory a decoded instruction takes, with its share of the trace: about this many bytes.
   */
  private static final int BYTES_PER_INSTRUCTION = 128;

  private static final int LEAST_LIMIT = 200_000;
  private static final int GREATEST_LIMIT = 8_000_000;

  /**
   * Decoded instructions up to which nothing is forgotten; about as many as a kernel boots with.
   */
  private static final int ROOM = 400_000;

  private final WriteTraces writeTraces;
  private final CodePage[] pages;
  private final Trace[] front = new Trace[FRONT_SIZE];
  private final Runnable onInvalidation;
  private final int limit;
  private final int leastRoom;

  /** Decoded instructions at which those are forgotten next that do not run. */
  private int room;

  private final boolean masks;
  private ChangeListener listener = (store, length, byProcessor, dropped) -> {};
  private int instructions;
  private long invalidatedByStores;
  private long invalidatedByDevices;
  private long invalidatedByFlushes;
  private long storesBesideCode;
  private long forgotten;

  /** Offsets in a page that are barriers; null without any. */
  private BitSet barriers;

  /**
   * @param onInvalidation told after traces were invalidated: the running one may be among them
   * @param masks a store drops only what was made from the bytes it changes; else all on its page
   */
  public CodeCache(PhysicalMemory memory, Runnable onInvalidation, boolean masks) {
    this(memory, onInvalidation, ROOM, quarterOfHeap(), masks);
  }

  /**
   * @param leastRoom decoded instructions that are kept whether they run or not
   * @param limit how many are kept at all; the one too many makes room by forgetting all
   */
  CodeCache(
      PhysicalMemory memory, Runnable onInvalidation, int leastRoom, int limit, boolean masks) {
    this.masks = masks;
    this.limit = limit;
    this.leastRoom = Math.min(limit, leastRoom);
    this.room = this.leastRoom;
    this.writeTraces = memory.traces();
    this.pages = new CodePage[(memory.store().length >>> 12) + 1];
    this.onInvalidation = onInvalidation;
    writeTraces.setCodeHandler(this);
  }

  private static int quarterOfHeap() {
    long fitting = Runtime.getRuntime().maxMemory() / 4 / BYTES_PER_INSTRUCTION;
    return (int) Math.clamp(fitting, LEAST_LIMIT, GREATEST_LIMIT);
  }

  private static int slot(int store, int mode) {
    return (store ^ store >>> 20 << 12 ^ mode << MODE_SHIFT) & FRONT_SIZE - 1;
  }

  /** The trace that starts at a store index in a mode, or null. */
  public Trace find(int store, int mode) {
    Trace t = front[slot(store, mode)];
    if (t != null && t.store == store && t.mode == mode && t.valid) {
      return t;
    }
    CodePage page = pages[store >>> 12];
    t = page == null ? null : page.find(store, mode);
    if (t != null) {
      front[slot(store, mode)] = t;
    }
    return t;
  }

  public void add(Trace t) {
    if (instructions + t.insns().length > room) {
      forgetUnused();
      room = Math.min(limit, Math.max(leastRoom, instructions + instructions / 2));
    }
    if (instructions + t.insns().length > limit) {
      clear();
    }
    instructions += t.insns().length;
    page(t.store >>> 12).add(t);
    if (t.crossesPage()) {
      page(t.secondStore() >>> 12).addReachingIn(t);
    }
    front[slot(t.store, t.mode)] = t;
  }

  /**
   * Drops what has not run since the last time, and looks again when there is half as much more.
   */
  private void forgetUnused() {
    for (int i = 0; i < pages.length; i++) {
      CodePage page = pages[i];
      if (page != null) {
        int before = page.instructions();
        forgotten += page.forgetUnused();
        instructions += page.instructions() - before;
        if (page.isEmpty()) {
          pages[i] = null;
          writeTraces.disarm(i, WriteTraces.CODE);
        }
      }
    }
    for (int i = 0; i < FRONT_SIZE; i++) {
      if (front[i] != null && !front[i].valid) {
        front[i] = null;
      }
    }
    onInvalidation.run();
  }

  /**
   * Called now and then: forgets what has not run since the last time, where that may be worth it.
   */
  public void age() {
    if (instructions > leastRoom / 4) {
      forgetUnused();
      room = leastRoom;
    }
  }

  /**
   * Watches code bytes for someone who is told once when any of them changes.
   *
   * @param length bytes, at least 1; they must lie in one page
   */
  public void watch(int store, int length, CodeDependent dependent) {
    page(store >>> 12).watch(store & 0xFFF, (store & 0xFFF) + length, dependent);
  }

  /** Takes back what {@link #watch} set up in a page of the store. */
  public void unwatch(int storePage, CodeDependent dependent) {
    CodePage page = pages[storePage];
    if (page != null) {
      page.unwatch(dependent);
    }
  }

  private CodePage page(int index) {
    CodePage page = pages[index];
    if (page == null) {
      page = new CodePage(index);
      pages[index] = page;
    }
    writeTraces.arm(index, WriteTraces.CODE);
    return page;
  }

  /** Bytes of a page with code have changed. */
  @Override
  public void written(int offset, int length) {
    CodePage page = pages[offset >>> 12];
    if (page == null) {
      return;
    }
    int before = page.instructions();
    int removed =
        masks
            ? page.invalidate(offset & 0xFFF, length)
            : page.invalidate(0, PhysicalMemory.PAGE_SIZE);
    instructions += page.instructions() - before;
    if (removed == 0) {
      storesBesideCode++;
    } else {
      if (writeTraces.isByProcessor()) {
        invalidatedByStores += removed;
      } else {
        invalidatedByDevices += removed;
      }
      if (page.isEmpty()) {
        pages[offset >>> 12] = null;
        writeTraces.disarm(offset >>> 12, WriteTraces.CODE);
      }
      listener.changed(offset, length, writeTraces.isByProcessor(), removed);
      onInvalidation.run();
    }
  }

  /** Told of each store that changed code. */
  @FunctionalInterface
  public interface ChangeListener {
    /**
     * @param store index of the first byte stored to
     * @param length bytes
     * @param byProcessor by the guest's own store, not a device's
     * @param dropped how many traces and regions went
     */
    void changed(int store, int length, boolean byProcessor, int dropped);
  }

  /** Tells someone of changes. */
  public void onChange(ChangeListener changeListener) {
    listener = changeListener;
  }

  // ---- a debugger's breakpoints ----

  /**
   * Makes the places with the same offset in their page as this one barriers: a trace with such a
   * place begins there, nothing is linked to it, and no region holds it. Who runs code comes by
   * whenever it reaches one, whatever address its page is mapped at.
   */
  public void setBarrier(int address) {
    int offset = address & 0xFFF;
    if (isBarrier(offset)) {
      return;
    }
    if (barriers == null) {
      barriers = new BitSet(PhysicalMemory.PAGE_SIZE);
    }
    barriers.set(offset);
    for (int i = 0; i < pages.length; i++) {
      written(i << 12 | offset, 1);
    }
  }

  /** Whether code at an address or a store index lies at a barrier. */
  public boolean isBarrier(int address) {
    return barriers != null && barriers.get(address & 0xFFF);
  }

  /** Whether there is any. */
  public boolean hasBarriers() {
    return barriers != null;
  }

  /** Takes all barriers away, and the code that they cut. */
  public void removeBarriers() {
    if (barriers != null) {
      barriers = null;
      clear();
    }
  }

  /** Decoded instructions kept now. */
  int instructions() {
    return instructions;
  }

  /** What is kept, and what was dropped: traces and regions by cause. */
  public void counters(CounterSink sink) {
    sink.count("traces.kept.instructions", instructions);
    sink.count("traces.forgotten", forgotten);
    sink.count("invalidations.store", invalidatedByStores);
    sink.count("invalidations.device", invalidatedByDevices);
    sink.count("invalidations.flush", invalidatedByFlushes);
    sink.count("invalidations.none.store-beside-code", storesBesideCode);
  }

  /** Forgets everything, as after loading a saved state. */
  public void clear() {
    Arrays.fill(front, null);
    instructions = 0;
    for (int i = 0; i < pages.length; i++) {
      if (pages[i] != null) {
        invalidatedByFlushes += pages[i].invalidate(0, PhysicalMemory.PAGE_SIZE);
        pages[i] = null;
        writeTraces.disarm(i, WriteTraces.CODE);
      }
    }
    onInvalidation.run();
  }
}
