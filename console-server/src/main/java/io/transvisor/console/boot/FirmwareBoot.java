package io.transvisor.console.boot;

import io.transvisor.device.board.BootKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The real-mode entry of the Linux/x86 boot protocol, for kernels that call the BIOS: firmware runs
 * an option ROM of ours that loads the parts and jumps to the kernel's setup code.
 */
public final class FirmwareBoot implements LoadedKernel {
  private static final int LOW_KERNEL_ADDRESS = 0x10000;

  /** A kernel below 1 MiB has its real-mode part behind it, where the oldest loaders put it. */
  private static final int SETUP_BEHIND = 0x90000;

  private static final int SETUP_BELOW = 0x10000;

  /** Heap and stack end, and the command line begins, here in the real-mode part's segment. */
  private static final int HEAP_LIMIT = 0x9000;

  /** Firmware's tables are at the top of memory. */
  private static final int TABLES = 0x20000;

  private final LinuxHeader header;
  private final byte[] initrd;
  private final byte[] commandLine;

  FirmwareBoot(LinuxHeader header, byte[] initrd, String commandLine) {
    this.header = header;
    this.initrd = initrd;
    this.commandLine = (commandLine + "\0").getBytes(StandardCharsets.ISO_8859_1);
    header.checkCommandLine(commandLine.length());
    if (header.setupBytes() > HEAP_LIMIT) {
      throw header.image().error("its real-mode part is too long");
    }
    if (!header.isLoadedHigh() && header.payloadBytes() > SETUP_BEHIND - LOW_KERNEL_ADDRESS) {
      throw header.image().error("too long to be loaded below 1 MiB");
    }
  }

  /** What firmware is to be given on a machine with that much memory. */
  public BootKernel forMemory(long ramBytes) {
    boolean high = header.isLoadedHigh();
    header.checkMemory(initrd.length, (int) ramBytes - TABLES, ramBytes);
    int setupAddress = high ? SETUP_BELOW : SETUP_BEHIND;
    int initrdAddress =
        initrd.length == 0 ? 0 : header.initrdAddress(initrd.length, (int) ramBytes - TABLES);
    byte[] file = header.image().bytes().array();
    byte[] setup = Arrays.copyOf(file, header.setupBytes());
    header.fillIn(
        ByteBuffer.wrap(setup).order(ByteOrder.LITTLE_ENDIAN),
        HEAP_LIMIT - 0x200,
        setupAddress + HEAP_LIMIT,
        initrdAddress,
        initrd.length);
    KernelRom rom = new KernelRom(setupAddress, HEAP_LIMIT);
    rom.load(BootKernel.SETUP_ITEM, setupAddress, setup.length);
    rom.load(BootKernel.COMMAND_LINE_ITEM, setupAddress + HEAP_LIMIT, commandLine.length);
    rom.load(
        BootKernel.PAYLOAD_ITEM,
        high ? LinuxHeader.HIGH_KERNEL_ADDRESS : LOW_KERNEL_ADDRESS,
        header.payloadBytes());
    if (initrd.length > 0) {
      rom.load(BootKernel.INITRD_ITEM, initrdAddress, initrd.length);
    }
    return new BootKernel(
        rom.image(),
        setup,
        Arrays.copyOfRange(file, header.setupBytes(), file.length),
        initrd,
        commandLine);
  }
}
