package io.transvisor.device.chipset;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.port.PortHandler;
import java.util.Arrays;

/**
 * The SMBus host controller of the PIIX4 (Intel datasheet 290562, 7.2) with nothing on the bus:
 * every transaction ends at once with the device error a missing acknowledge gives.
 */
final class SmBus implements PortHandler {
  static final int PORTS = 64;

  private static final int HOST_STATUS = 0;
  private static final int SLAVE_STATUS = 1;
  private static final int HOST_CONTROL = 2;
  private static final int BLOCK_DATA = 7;
  private static final int REGISTERS = 14;

  private static final int STATUS_DEVICE_ERROR = 1 << 2;
  private static final int STATUS_FAILED = 1 << 4;
  private static final int STATUS_CLEARABLE = 0x1E;
  private static final int SLAVE_CLEARABLE = 0x3C;
  private static final int CONTROL_INTERRUPT = 1 << 0;
  private static final int CONTROL_KILL = 1 << 1;
  private static final int CONTROL_START = 1 << 6;
  private static final int BLOCK_SIZE = 32;

  private final Runnable interruptChanged;
  private final byte[] registers = new byte[REGISTERS];
  private final byte[] block = new byte[BLOCK_SIZE];
  private int blockIndex;

  SmBus(Runnable interruptChanged) {
    this.interruptChanged = interruptChanged;
  }

  /** Whether the end of a transaction is being reported by interrupt. */
  boolean interrupt() {
    return (registers[HOST_STATUS] & STATUS_CLEARABLE) != 0
        && (registers[HOST_CONTROL] & CONTROL_INTERRUPT) != 0;
  }

  @Override
  public int read(int offset, int width) {
    int value = peek(offset, width);
    if (offset == HOST_CONTROL) {
      blockIndex = 0;
    } else if (offset == BLOCK_DATA) {
      blockIndex = (blockIndex + 1) % BLOCK_SIZE;
    }
    return value;
  }

  @Override
  public int peek(int offset, int width) {
    if (offset == BLOCK_DATA) {
      return block[blockIndex] & 0xFF;
    }
    return offset < REGISTERS ? registers[offset] & 0xFF : 0;
  }

  @Override
  public void write(int offset, int width, int value) {
    switch (offset) {
      case HOST_STATUS -> registers[HOST_STATUS] &= (byte) ~(value & STATUS_CLEARABLE);
      case SLAVE_STATUS -> registers[SLAVE_STATUS] &= (byte) ~(value & SLAVE_CLEARABLE);
      case HOST_CONTROL -> control(value);
      case BLOCK_DATA -> {
        block[blockIndex] = (byte) value;
        blockIndex = (blockIndex + 1) % BLOCK_SIZE;
      }
      default -> {
        if (offset < REGISTERS) {
          registers[offset] = (byte) value;
        }
      }
    }
    interruptChanged.run();
  }

  private void control(int value) {
    registers[HOST_CONTROL] = (byte) (value & ~CONTROL_START);
    if ((value & CONTROL_KILL) != 0) {
      registers[HOST_STATUS] |= STATUS_FAILED;
    } else if ((value & CONTROL_START) != 0) {
      registers[HOST_STATUS] |= STATUS_DEVICE_ERROR;
    }
  }

  void reset() {
    Arrays.fill(registers, (byte) 0);
    Arrays.fill(block, (byte) 0);
    blockIndex = 0;
  }

  void save(StateWriter out) {
    out.putBytes("smbus.registers", registers);
    out.putBytes("smbus.block", block);
    out.putInt("smbus.blockIndex", blockIndex);
  }

  void load(StateReader in) {
    System.arraycopy(in.getBytes("smbus.registers"), 0, registers, 0, REGISTERS);
    System.arraycopy(in.getBytes("smbus.block"), 0, block, 0, BLOCK_SIZE);
    blockIndex = in.getInt("smbus.blockIndex");
  }
}
