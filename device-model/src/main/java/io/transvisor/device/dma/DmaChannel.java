package io.transvisor.device.dma;

/** Registers of one channel of an 8237A. */
final class DmaChannel {
  static final int TYPE_VERIFY = 0;
  static final int TYPE_WRITE = 1;
  static final int TYPE_READ = 2;
  static final int MODE_DEMAND = 0;
  static final int MODE_BLOCK = 2;
  static final int MODE_CASCADE = 3;

  private static final int AUTO_INITIALISE = 0x10;
  private static final int DECREMENT = 0x20;

  DmaChannelDevice device;
  int baseAddress;
  int baseCount;
  int address;
  int count; // transfers left, less one
  int mode;
  int page;
  boolean requested; // the DREQ pin
  boolean softwareRequest;
  boolean masked;
  boolean reachedEnd; // terminal count since the status was last read
  boolean inBlock; // a block transfer has begun and goes on without DREQ

  int type() {
    return mode >>> 2 & 3;
  }

  int transferMode() {
    return mode >>> 6;
  }

  boolean autoInitialises() {
    return (mode & AUTO_INITIALISE) != 0;
  }

  boolean decrements() {
    return (mode & DECREMENT) != 0;
  }

  boolean wantsService() {
    return device != null
        && (softwareRequest || !masked && (requested || inBlock && transferMode() == MODE_BLOCK));
  }

  void reset() {
    baseAddress = 0;
    baseCount = 0;
    address = 0;
    count = 0;
    mode = 0;
    clear();
    requested = false;
  }

  /** What a master clear does. */
  void clear() {
    masked = true;
    softwareRequest = false;
    reachedEnd = false;
    inBlock = false;
  }

  /** After the last transfer: reload or stop. */
  void terminalCount() {
    reachedEnd = true;
    softwareRequest = false;
    inBlock = false;
    if (autoInitialises()) {
      address = baseAddress;
      count = baseCount;
    } else {
      masked = true;
    }
  }

  int[] save() {
    return new int[] {
      baseAddress,
      baseCount,
      address,
      count,
      mode,
      page,
      bit(requested),
      bit(softwareRequest),
      bit(masked),
      bit(reachedEnd),
      bit(inBlock)
    };
  }

  void load(int[] s) {
    baseAddress = s[0];
    baseCount = s[1];
    address = s[2];
    count = s[3];
    mode = s[4];
    page = s[5];
    requested = s[6] != 0;
    softwareRequest = s[7] != 0;
    masked = s[8] != 0;
    reachedEnd = s[9] != 0;
    inBlock = s[10] != 0;
  }

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }
}
