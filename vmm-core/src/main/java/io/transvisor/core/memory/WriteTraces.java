package io.transvisor.core.memory;

/**
 * Write notification per page of the backing store: the one mechanism behind self-modifying code,
 * video damage, and translations that follow the guest's page tables.
 *
 * <p>A page with any trace armed is never writable on the fast path of an address-translation
 * cache; whoever stores to it (CPU slow path, DMA, device) calls {@link #written}. Arming a page
 * tells the listener, which must take away the write permission it has cached.
 */
public final class WriteTraces {
  /** The page holds scanned or decoded code. */
  public static final int CODE = 1;

  /** The page is video memory that has not been written since the last frame. */
  public static final int VIDEO = 2;

  /** The page holds guest page tables that translations are kept of. */
  public static final int TABLE = 4;

  /** Called for a store to a page armed with the handler's kind, after the bytes have changed. */
  @FunctionalInterface
  public interface Handler {
    /**
     * @param offset first byte written, as an index into the backing store
     * @param length bytes written, at least 1, all in one page
     */
    void written(int offset, int length);
  }

  /**
   * Told when a page that had no trace gets one; takes write permission for that page out of every
   * cache.
   */
  @FunctionalInterface
  public interface ArmListener {
    void armed(int storePage);
  }

  private final byte[] kinds;
  private boolean byProcessor;
  private Handler codeHandler = (offset, length) -> {};
  private Handler videoHandler = (offset, length) -> {};
  private Handler tableHandler = (offset, length) -> {};
  private ArmListener armListener = page -> {};

  WriteTraces(int pages) {
    kinds = new byte[pages];
  }

  public void setCodeHandler(Handler handler) {
    codeHandler = handler;
  }

  public void setVideoHandler(Handler handler) {
    videoHandler = handler;
  }

  public void setTableHandler(Handler handler) {
    tableHandler = handler;
  }

  public void setArmListener(ArmListener listener) {
    armListener = listener;
  }

  /** Whether stores to this page of the store must be reported. */
  public boolean isArmed(int storePage) {
    return kinds[storePage] != 0;
  }

  /**
   * The armed kinds of a page, as a bit set of {@link #CODE}, {@link #VIDEO} and {@link #TABLE}.
   */
  public int kinds(int storePage) {
    return kinds[storePage];
  }

  public void arm(int storePage, int kind) {
    byte before = kinds[storePage];
    kinds[storePage] = (byte) (before | kind);
    if (before == 0) {
      armListener.armed(storePage);
    }
  }

  public void disarm(int storePage, int kind) {
    kinds[storePage] &= (byte) ~kind;
  }

  /** Reports a store to {@code length} bytes at store index {@code offset}; may span pages. */
  public void written(int offset, int length) {
    written(offset, length, CODE | VIDEO | TABLE);
  }

  /** Like {@link #written(int, int)} for a store of the guest's own, not of a device. */
  public void stored(int offset, int length) {
    byProcessor = true;
    written(offset, length);
    byProcessor = false;
  }

  /** For handlers: whether the store they are told of is the guest's own. */
  public boolean isByProcessor() {
    return byProcessor;
  }

  /** Like {@link #written(int, int)}, for some kinds of traces only. */
  void written(int offset, int length, int among) {
    int end = offset + length;
    while (offset < end) {
      int stop = Math.min(end, (offset | 0xFFF) + 1);
      int kind = kinds[offset >>> 12] & among;
      if (kind != 0) {
        if ((kind & VIDEO) != 0) {
          videoHandler.written(offset, stop - offset);
        }
        if ((kind & TABLE) != 0) {
          tableHandler.written(offset, stop - offset);
        }
        if ((kind & CODE) != 0) {
          codeHandler.written(offset, stop - offset);
        }
      }
      offset = stop;
    }
  }
}
