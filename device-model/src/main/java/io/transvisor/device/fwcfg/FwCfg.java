package io.transvisor.device.fwcfg;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PlainPort;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import java.util.Map;

/**
 * The firmware configuration device at ports 510h to 51Bh (QEMU, docs/specs/fw_cfg): a 16-bit
 * selector at 510h, a byte-wide data port at 511h, and a DMA interface whose 64-bit big-endian
 * address register is at 514h. Items are read-only.
 */
public final class FwCfg implements Device {
  private static final int SELECTOR_PORT = 0x510;
  private static final int DMA_PORT = 0x514;

  /** Selector bits that are not part of an item's number: the obsolete write channel. */
  private static final int NUMBER_MASK = 0xBFFF;

  private static final int DMA_ERROR = 1 << 0;
  private static final int DMA_READ = 1 << 1;
  private static final int DMA_SKIP = 1 << 2;
  private static final int DMA_SELECT = 1 << 3;
  private static final int DMA_WRITE = 1 << 4;

  /** What the address register reads as: "QEMU" and " CFG". */
  private static final int DMA_SIGNATURE_HIGH = 0x51454D55;

  private static final int DMA_SIGNATURE_LOW = 0x20434647;
  private static final byte[] NO_ITEM = {};

  private final PhysicalMemory memory;
  private final Map<Integer, byte[]> items;
  private int selected;
  private byte[] item = NO_ITEM;
  private int position;
  private int dmaHigh;

  public FwCfg(PortSpace ports, PhysicalMemory memory, FwCfgItems items) {
    this.memory = memory;
    this.items = items.byNumber();
    ports.register("fw-cfg", SELECTOR_PORT, 2, 2, new SelectorAndData());
    ports.register("fw-cfg-dma", DMA_PORT, 8, 4, new DmaAddress());
    select(0);
  }

  private void select(int number) {
    selected = number & NUMBER_MASK;
    item = items.getOrDefault(selected, NO_ITEM);
    position = 0;
  }

  private int nextByte() {
    return position < item.length ? item[position++] & 0xFF : 0;
  }

  // ---- DMA ----

  /**
   * Carries out the transfer described at an address: control, length, 64-bit buffer address, all
   * big-endian.
   */
  private void transfer(int descriptor) {
    int control = readBigEndian(descriptor);
    int length = readBigEndian(descriptor + 4);
    int bufferHigh = readBigEndian(descriptor + 8);
    int buffer = readBigEndian(descriptor + 12);
    if ((control & DMA_SELECT) != 0) {
      select(control >>> 16);
    }
    int result = 0;
    if ((control & DMA_READ) != 0) {
      if (bufferHigh == 0) {
        copy(buffer, Integer.toUnsignedLong(length));
      } else {
        result = DMA_ERROR;
      }
    } else if ((control & DMA_WRITE) != 0) {
      result = DMA_ERROR;
    } else if ((control & DMA_SKIP) != 0) {
      position = (int) Math.min(item.length, position + Integer.toUnsignedLong(length));
    }
    writeBigEndian(descriptor, result);
  }

  /** Copies what is left of the item, then zeros. */
  private void copy(int buffer, long length) {
    int fromItem = (int) Math.min(length, item.length - position);
    memory.writeBytes(buffer, item, position, fromItem);
    position += fromItem;
    byte[] zeros = new byte[PhysicalMemory.PAGE_SIZE];
    long done = fromItem;
    while (done < length) {
      int run = (int) Math.min(zeros.length, length - done);
      memory.writeBytes((int) (buffer + done), zeros, 0, run);
      done += run;
    }
  }

  private int readBigEndian(int address) {
    return Integer.reverseBytes(memory.read(address, 4));
  }

  private void writeBigEndian(int address, int value) {
    memory.write(address, 4, Integer.reverseBytes(value));
  }

  // ---- life ----

  @Override
  public String name() {
    return "fw-cfg";
  }

  @Override
  public void reset(ResetKind kind) {
    select(0);
    dmaHigh = 0;
  }

  @Override
  public void save(StateWriter out) {
    out.putInt("selected", selected);
    out.putInt("position", position);
    out.putInt("dmaHigh", dmaHigh);
  }

  @Override
  public void load(StateReader in) {
    select(in.getInt("selected"));
    position = Math.clamp(in.getInt("position"), 0, item.length);
    dmaHigh = in.getInt("dmaHigh");
  }

  private final class SelectorAndData implements PortHandler {
    @Override
    public int read(int offset, int width) {
      return width == 1 ? nextByte() : 0xFFFF;
    }

    @Override
    public void write(int offset, int width, int value) {
      if (width == 2) {
        select(value);
      }
    }

    @Override
    public int peek(int offset, int width) {
      return position < item.length ? item[position] & 0xFF : 0;
    }
  }

  /**
   * Big-endian: the register's most significant byte is at the lowest port. A write of the low half
   * starts the transfer.
   */
  private final class DmaAddress implements PlainPort {
    @Override
    public int read(int offset, int width) {
      long signature = (long) DMA_SIGNATURE_HIGH << 32 | DMA_SIGNATURE_LOW;
      int value = 0;
      for (int i = 0; i < width; i++) {
        value |= (int) (signature >>> (56 - 8 * (offset + i)) & 0xFF) << (8 * i);
      }
      return value;
    }

    @Override
    public void write(int offset, int width, int value) {
      if (width != 4) {
        return;
      }
      int bigEndian = Integer.reverseBytes(value);
      if (offset == 0) {
        dmaHigh = bigEndian;
      } else if (offset == 4) {
        boolean reachable = dmaHigh == 0;
        dmaHigh = 0;
        if (reachable) {
          transfer(bigEndian);
        }
      }
    }
  }
}
