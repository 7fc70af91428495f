package io.transvisor.core.memory;

import io.transvisor.core.error.VmmException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The guest-physical address space: 4 GiB in pages of 4 KiB, backed by one byte array (RAM, ROMs,
 * video memory) and by device handlers.
 *
 * <p>Reads and writes are resolved separately, so that PAM registers can read ROM and write RAM.
 * Nothing here applies the A20 mask: the CPU's address translation does ({@link #a20Mask()}), bus
 * masters do not see the gate.
 *
 * <p>Not thread-safe: used on the vCPU thread only.
 */
public final class PhysicalMemory {
  public static final int PAGE_SIZE = 4096;

  /** Little-endian views of the store; unaligned plain get and set are allowed. */
  public static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  public static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  public static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Set in a page's map entry when the rest of the entry is the store index of the page. */
  public static final int DIRECT = 1;

  private static final int PAGES = 1 << 20;
  private static final int NOTHING = 0;

  /**
   * Told after any change of what is mapped where, or of A20; must forget every cached translation.
   */
  @FunctionalInterface
  public interface MapListener {
    void memoryMapChanged();
  }

  private final byte[] store;
  private final int ramSize;
  private final WriteTraces traces;
  private final int[] readMap = new int[PAGES];
  private final int[] writeMap = new int[PAGES];
  private final List<Mapping> mappings = new ArrayList<>();
  private final List<Mapping> handlers = new ArrayList<>();
  private final List<MapListener> listeners = new ArrayList<>();
  private int allocated;
  private int sequence;
  private int a20Mask = -1;

  /**
   * @param ramBytes size of the RAM block, a multiple of 4096
   * @param reservedBytes room for blocks allocated later (ROMs, video memory)
   * @throws VmmException if the sum does not fit one Java array
   */
  public PhysicalMemory(long ramBytes, int reservedBytes) {
    long total = ramBytes + reservedBytes;
    if (ramBytes <= 0 || ramBytes % PAGE_SIZE != 0 || total > Integer.MAX_VALUE - 2 * PAGE_SIZE) {
      throw new VmmException(
          "guest memory of "
              + (ramBytes >> 20)
              + " MiB is not possible: 1 to "
              + ((Integer.MAX_VALUE - reservedBytes) >> 20)
              + " MiB");
    }
    try {
      store = new byte[(int) total];
    } catch (OutOfMemoryError e) {
      throw new VmmException(
          "not enough host memory for a guest of " + (ramBytes >> 20) + " MiB", e);
    }
    traces = new WriteTraces((int) (total >>> 12) + 1);
    ramSize = (int) ramBytes;
    allocated = ramSize;
    handlers.add(null);
  }

  /** The backing store; RAM starts at index 0. */
  public byte[] store() {
    return store;
  }

  public int ramSize() {
    return ramSize;
  }

  /** The RAM as a block. */
  public MemoryBlock ram() {
    return new MemoryBlock("ram", 0, ramSize);
  }

  public WriteTraces traces() {
    return traces;
  }

  /**
   * Takes a block from the reserved part of the store, zeroed; the size is rounded up to whole
   * pages.
   */
  public MemoryBlock allocate(String name, int size) {
    int rounded = (size + PAGE_SIZE - 1) & -PAGE_SIZE;
    if (rounded > store.length - allocated) {
      throw new VmmException(
          "no room for " + name + " (" + size + " bytes) in the reserved memory");
    }
    MemoryBlock block = new MemoryBlock(name, allocated, rounded);
    allocated += rounded;
    return block;
  }

  public void addListener(MapListener listener) {
    listeners.add(listener);
  }

  // ---- map ----

  /** Maps store bytes for reading and writing. All addresses and lengths are multiples of 4096. */
  public Mapping mapRam(
      String owner, int base, int length, MemoryBlock block, int blockOffset, int priority) {
    return add(
        owner,
        base,
        length,
        priority,
        block.offset() + blockOffset,
        null,
        Mapping.Target.STORE,
        Mapping.Target.STORE);
  }

  /** Maps store bytes for reading; writes are dropped. */
  public Mapping mapRom(
      String owner, int base, int length, MemoryBlock block, int blockOffset, int priority) {
    return add(
        owner,
        base,
        length,
        priority,
        block.offset() + blockOffset,
        null,
        Mapping.Target.STORE,
        Mapping.Target.NOTHING);
  }

  /** Maps a device handler for reading and writing. */
  public Mapping mapMmio(String owner, int base, int length, MmioHandler handler, int priority) {
    return add(
        owner, base, length, priority, 0, handler, Mapping.Target.HANDLER, Mapping.Target.HANDLER);
  }

  private Mapping add(
      String owner,
      int base,
      int length,
      int priority,
      int storeOffset,
      MmioHandler handler,
      Mapping.Target read,
      Mapping.Target write) {
    if (((base | length | storeOffset) & 0xFFF) != 0 || length <= 0) {
      throw new IllegalArgumentException("mapping of " + owner + " is not made of whole pages");
    }
    int index = 0;
    if (handler != null) {
      index = handlers.size();
    }
    Mapping mapping =
        new Mapping(
            this,
            owner,
            base,
            length,
            priority,
            sequence++,
            storeOffset,
            handler,
            index,
            read,
            write);
    if (handler != null) {
      handlers.add(mapping);
    }
    mappings.add(mapping);
    mappings.sort(
        Comparator.<Mapping>comparingInt(m -> m.priority).thenComparingInt(m -> m.sequence));
    rebuild(base, length);
    return mapping;
  }

  void change(Mapping mapping, int base, boolean enabled) {
    if ((base & 0xFFF) != 0) {
      throw new IllegalArgumentException(
          "mapping of " + mapping.owner + " moved to an address that is not a page");
    }
    if (mapping.base == base && mapping.enabled == enabled) {
      return;
    }
    int oldBase = mapping.base;
    boolean wasEnabled = mapping.enabled;
    mapping.base = base;
    mapping.enabled = enabled;
    if (wasEnabled) {
      rebuild(oldBase, mapping.length);
    }
    if (enabled) {
      rebuild(base, mapping.length);
    }
  }

  void retarget(Mapping mapping, int storeOffset) {
    if ((storeOffset & 0xFFF) != 0 || mapping.handler != null) {
      throw new IllegalArgumentException(
          "mapping of " + mapping.owner + " cannot show store offset " + storeOffset);
    }
    if (mapping.storeOffset == storeOffset) {
      return;
    }
    mapping.storeOffset = storeOffset;
    if (mapping.enabled) {
      rebuild(mapping.base, mapping.length);
    }
  }

  void setDirections(Mapping mapping, boolean reads, boolean writes) {
    Mapping.Target on = mapping.handler != null ? Mapping.Target.HANDLER : Mapping.Target.STORE;
    Mapping.Target read = reads ? on : Mapping.Target.TRANSPARENT;
    Mapping.Target write =
        writes
            ? on
            : reads && mapping.handler == null
                ? Mapping.Target.NOTHING
                : Mapping.Target.TRANSPARENT;
    if (mapping.readTarget == read && mapping.writeTarget == write) {
      return;
    }
    mapping.readTarget = read;
    mapping.writeTarget = write;
    rebuild(mapping.base, mapping.length);
  }

  private void rebuild(int base, int length) {
    int first = base >>> 12;
    int count = Math.min(length >>> 12, PAGES - first);
    for (int page = first; page < first + count; page++) {
      readMap[page] = NOTHING;
      writeMap[page] = NOTHING;
    }
    for (Mapping m : mappings) {
      if (!m.enabled) {
        continue;
      }
      int from = Math.max(first, m.base >>> 12);
      int to = Math.min(first + count, (m.base >>> 12) + (m.length >>> 12));
      for (int page = from; page < to; page++) {
        int storePage = m.storeOffset + ((page - (m.base >>> 12)) << 12);
        readMap[page] = resolve(m.readTarget, readMap[page], storePage, m.handlerIndex);
        writeMap[page] = resolve(m.writeTarget, writeMap[page], storePage, m.handlerIndex);
      }
    }
    notifyListeners();
  }

  private static int resolve(Mapping.Target target, int below, int storePage, int handlerIndex) {
    return switch (target) {
      case TRANSPARENT -> below;
      case STORE -> storePage | DIRECT;
      case HANDLER -> handlerIndex << 1;
      case NOTHING -> NOTHING;
    };
  }

  private void notifyListeners() {
    for (MapListener listener : listeners) {
      listener.memoryMapChanged();
    }
  }

  /**
   * The mask the CPU applies to physical addresses: all ones, or without bit 20 while the A20 gate
   * is closed.
   */
  public int a20Mask() {
    return a20Mask;
  }

  public void setA20(boolean open) {
    int mask = open ? -1 : ~(1 << 20);
    if (mask != a20Mask) {
      a20Mask = mask;
      notifyListeners();
    }
  }

  /**
   * The read entry of a physical page: store index with {@link #DIRECT}, or a handler number the
   * caller treats as opaque.
   */
  public int readEntry(int page) {
    return readMap[page];
  }

  /** The write entry of a physical page; see {@link #readEntry}. */
  public int writeEntry(int page) {
    return writeMap[page];
  }

  // ---- access ----

  /** Reads 1, 2 or 4 bytes, zero-extended; all ones where nothing answers. May cross pages. */
  public int read(int address, int width) {
    int inPage = address & 0xFFF;
    if (inPage + width > PAGE_SIZE) {
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= read(address + i, 1) << (8 * i);
      }
      return value;
    }
    int entry = readMap[address >>> 12];
    if ((entry & DIRECT) != 0) {
      return load(entry - DIRECT + inPage, width);
    }
    if (entry == NOTHING) {
      return -1 >>> (32 - 8 * width);
    }
    Mapping m = handlers.get(entry >>> 1);
    return m.handler.read(address - m.base, width);
  }

  /** Writes the low 1, 2 or 4 bytes of a value; dropped where nothing answers. May cross pages. */
  public void write(int address, int width, int value) {
    int inPage = address & 0xFFF;
    if (inPage + width > PAGE_SIZE) {
      for (int i = 0; i < width; i++) {
        write(address + i, 1, value >>> (8 * i));
      }
      return;
    }
    int entry = writeMap[address >>> 12];
    if ((entry & DIRECT) != 0) {
      int index = entry - DIRECT + inPage;
      save(index, width, value);
      if (traces.isArmed(index >>> 12)) {
        traces.written(index, width);
      }
    } else if (entry != NOTHING) {
      Mapping m = handlers.get(entry >>> 1);
      m.handler.write(
          address - m.base, width, width == 4 ? value : value & ((1 << (8 * width)) - 1));
    }
  }

  /**
   * Writes four bytes that differ from those there only by marks the processor itself keeps in a
   * page-table entry (accessed, dirty). Traces of page tables are not told: they look for what the
   * guest changes.
   */
  public void writeMark(int address, int value) {
    int entry = writeMap[address >>> 12];
    if ((entry & DIRECT) == 0) {
      write(address, 4, value);
      return;
    }
    int index = entry - DIRECT + (address & 0xFFF);
    INT.set(store, index, value);
    if (traces.isArmed(index >>> 12)) {
      traces.written(index, 4, WriteTraces.CODE | WriteTraces.VIDEO);
    }
  }

  /** Reads without side effects on devices, for debuggers. */
  public int peek(int address, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      int at = address + i;
      int entry = readMap[at >>> 12];
      int b = 0xFF;
      if ((entry & DIRECT) != 0) {
        b = store[entry - DIRECT + (at & 0xFFF)] & 0xFF;
      } else if (entry != NOTHING) {
        Mapping m = handlers.get(entry >>> 1);
        b = m.handler.peek(at - m.base, 1) & 0xFF;
      }
      value |= b << (8 * i);
    }
    return value;
  }

  /** Bus-master read: copies guest memory into an array. */
  public void readBytes(int address, byte[] target, int offset, int length) {
    while (length > 0) {
      int run = Math.min(length, PAGE_SIZE - (address & 0xFFF));
      int entry = readMap[address >>> 12];
      if ((entry & DIRECT) != 0) {
        System.arraycopy(store, entry - DIRECT + (address & 0xFFF), target, offset, run);
      } else {
        for (int i = 0; i < run; i++) {
          target[offset + i] = (byte) read(address + i, 1);
        }
      }
      address += run;
      offset += run;
      length -= run;
    }
  }

  /** Bus-master write: copies an array into guest memory and reports the store to the traces. */
  public void writeBytes(int address, byte[] source, int offset, int length) {
    while (length > 0) {
      int run = Math.min(length, PAGE_SIZE - (address & 0xFFF));
      int entry = writeMap[address >>> 12];
      if ((entry & DIRECT) != 0) {
        int index = entry - DIRECT + (address & 0xFFF);
        System.arraycopy(source, offset, store, index, run);
        if (traces.isArmed(index >>> 12)) {
          traces.written(index, run);
        }
      } else {
        for (int i = 0; i < run; i++) {
          write(address + i, 1, source[offset + i]);
        }
      }
      address += run;
      offset += run;
      length -= run;
    }
  }

  private int load(int index, int width) {
    return switch (width) {
      case 1 -> store[index] & 0xFF;
      case 2 -> (short) SHORT.get(store, index) & 0xFFFF;
      default -> (int) INT.get(store, index);
    };
  }

  private void save(int index, int width, int value) {
    switch (width) {
      case 1 -> store[index] = (byte) value;
      case 2 -> SHORT.set(store, index, (short) value);
      default -> INT.set(store, index, value);
    }
  }

  /** One line per mapping, lowest priority first, for {@code info mtree}-like dumps. */
  public List<String> describe() {
    return mappings.stream()
        .map(m ->
            "%08x-%08x prio %d %s%s"
                .formatted(
                    m.base, m.base + m.length - 1, m.priority, m.owner, m.enabled ? "" : " (off)"))
        .toList();
  }
}
