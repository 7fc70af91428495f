package io.transvisor.console.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.device.board.BootKernel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelLoaderTest {
  private static final Path NAME = Path.of("kernel");
  private static final int MEBIBYTE = 1 << 20;
  private static final KernelBoot.FirmwareData FIRMWARE =
      new KernelBoot.FirmwareData(7 * MEBIBYTE, 0xF0000);

  private final PhysicalMemory memory = new PhysicalMemory(8 * MEBIBYTE, 4096);
  private final CpuState cpu = new CpuState();

  @TempDir Path directory;

  KernelLoaderTest() {
    memory.mapRam("ram", 0, 8 * MEBIBYTE, memory.ram(), 0, 0);
  }

  private static ByteBuffer file(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A bzImage of one setup sector and a payload of 0x90 bytes. */
  private static ByteBuffer linux() {
    ByteBuffer b = file(4096);
    b.put(0x1F1, (byte) 1).putShort(0x1FE, (short) 0xAA55).put(0x201, (byte) 0x66);
    b.putInt(0x202, 0x53726448).putShort(0x206, (short) 0x020F).put(0x211, (byte) 1);
    b.putInt(0x214, MEBIBYTE);
    b.putInt(0x22C, 0x7FFFFFFF).putInt(0x238, 20).putInt(0x260, 2 * MEBIBYTE);
    for (int i = 1024; i < 4096; i++) {
      b.put(i, (byte) 0x90);
    }
    return b;
  }

  private static ByteBuffer multiboot(int flags) {
    ByteBuffer b = file(8192);
    b.putInt(0, 0x1BADB002).putInt(4, flags).putInt(8, -(0x1BADB002 + flags));
    return b;
  }

  private void boot(ByteBuffer kernel, String initrd, String line) {
    LoadedKernel loaded = KernelLoader.load(NAME, kernel.array(), initrd, line);
    switch (loaded) {
      case KernelBoot k -> k.boot(memory, cpu, FIRMWARE);
      case FirmwareBoot k -> k.forMemory(memory.ramSize());
    }
  }

  private String string(int address) {
    StringBuilder s = new StringBuilder();
    for (int at = address; memory.read(at, 1) != 0; at++) {
      s.append((char) memory.read(at, 1));
    }
    return s.toString();
  }

  @Test
  void linuxGetsItsParameters() throws Exception {
    Path initrd = Files.writeString(directory.resolve("initrd"), "RAMDISK");
    boot(linux(), initrd.toString(), "console=ttyS0");
    int params = cpu.gpr[CpuState.ESI];
    assertThat(cpu.eip).isEqualTo(0x100000);
    assertThat(cpu.selector[CpuState.CS]).isEqualTo(0x10);
    assertThat(cpu.selector[CpuState.SS]).isEqualTo(0x18);
    assertThat(cpu.cr0 & (CpuState.CR0_PE | CpuState.CR0_PG)).isEqualTo(CpuState.CR0_PE);
    assertThat(cpu.getEflags() & CpuState.IF).isZero();
    assertThat(memory.read(0x100000, 4)).isEqualTo(0x90909090);
    assertThat(string(memory.read(params + 0x228, 4))).isEqualTo("console=ttyS0");
    assertThat(memory.read(params + 0x21C, 4)).isEqualTo(7);
    assertThat(memory.read(memory.read(params + 0x218, 4), 4)).isEqualTo(0x444D4152);
    assertThat(memory.read(params + 0x1E8, 1)).isEqualTo(5);
    assertThat(memory.read(params + 0x70, 4)).isEqualTo(0xF0000);
    assertThat(memory.read(params + 0x07, 1)).isEqualTo(80);
  }

  @Test
  void linuxTooBigForMemory() {
    ByteBuffer kernel = linux();
    kernel.putInt(0x260, 32 * MEBIBYTE);
    assertThatThrownBy(() -> boot(kernel, null, ""))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("-m 8: too little memory");
  }

  /** As iPXE's image for boot loaders: there is no code for the 32-bit entry to jump to. */
  @Test
  void kernelThatOnlyStartsInRealMode() throws Exception {
    ByteBuffer kernel = linux();
    kernel.putInt(0x214, 0);
    Path initrd = Files.writeString(directory.resolve("initrd"), "RAMDISK");
    BootKernel parts = firmwareBoot(kernel, initrd.toString(), "quiet");
    ByteBuffer setup = ByteBuffer.wrap(parts.setup()).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(parts.setup()).hasSize(1024);
    assertThat(parts.payload()).hasSize(4096 - 1024).containsOnly(0x90);
    assertThat(parts.initrd()).asString(StandardCharsets.US_ASCII).isEqualTo("RAMDISK");
    assertThat(parts.commandLine()).asString(StandardCharsets.US_ASCII).isEqualTo("quiet\0");
    assertThat(setup.getInt(0x218)).isEqualTo(8 * MEBIBYTE - 0x20000 - 4096);
    assertThat(setup.getInt(0x21C)).isEqualTo(7);
    assertThat(setup.getInt(0x228)).isEqualTo(0x19000);
    assertThat(setup.get(0x210)).as("type of loader").isEqualTo((byte) 0xFF);
  }

  @Test
  void kernelThatIsTooLongToLoadLow() {
    ByteBuffer kernel = file(1024 + 0x80001).put(0, linux(), 0, 1024).put(0x211, (byte) 0);
    assertThatThrownBy(() -> firmwareBoot(kernel, null, ""))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("too long to be loaded below 1 MiB");
  }

  @Test
  void kernelBelowOneMebibyte() {
    ByteBuffer kernel = linux();
    kernel.put(0x211, (byte) 0);
    BootKernel parts = firmwareBoot(kernel, null, "");
    assertThat(parts.initrd()).isEmpty();
    assertThat(ByteBuffer.wrap(parts.setup()).order(ByteOrder.LITTLE_ENDIAN).getInt(0x228))
        .isEqualTo(0x99000);
  }

  /** Both checksums, the entry vector, and a descriptor for each part. */
  @Test
  void romForFirmware() {
    ByteBuffer kernel = linux();
    kernel.putInt(0x214, 0);
    ByteBuffer rom = ByteBuffer.wrap(firmwareBoot(kernel, null, "quiet").rom());
    assertThat(sum(rom.array(), 0, 512)).isZero();
    assertThat(sum(rom.array(), 0x20, 0x20)).isZero();
    assertThat(new String(rom.array(), 0x20, 4, StandardCharsets.US_ASCII)).isEqualTo("$PnP");
    assertThat(rom.get(0x3A)).as("entry vector").isEqualTo((byte) 0x40);
    assertThat(rom.getInt(0x80)).isEqualTo(0x0018000A);
    assertThat(rom.getInt(0x84)).isEqualTo(1024);
    assertThat(rom.getLong(0x88)).isEqualTo(0x10000);
    assertThat(rom.getInt(0x90)).isEqualTo(0x0015000A);
    assertThat(rom.getInt(0xA0)).isEqualTo(0x0011000A);
    assertThat(rom.getLong(0xA8)).isEqualTo(MEBIBYTE);
    assertThat(rom.getInt(0xB0)).as("no fourth part").isZero();
  }

  private static byte sum(byte[] bytes, int from, int length) {
    byte sum = 0;
    for (int i = from; i < from + length; i++) {
      sum += bytes[i];
    }
    return sum;
  }

  private static BootKernel firmwareBoot(ByteBuffer kernel, String initrd, String line) {
    LoadedKernel loaded = KernelLoader.load(NAME, kernel.array(), initrd, line);
    return ((FirmwareBoot) loaded).forMemory(8 * MEBIBYTE);
  }

  @Test
  void linuxCommandLineTooLong() {
    assertThatThrownBy(() -> boot(linux(), null, "x".repeat(21)))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("-append")
        .hasMessageContaining("takes 20");
  }

  @Test
  void flatMultibootKernel() {
    ByteBuffer b = multiboot(0x10000);
    b.putInt(12, 0x200000)
        .putInt(16, 0x200000)
        .putInt(20, 0x200040)
        .putInt(24, 0x200100)
        .putInt(28, 0x200020);
    b.putInt(0x20, 0xCAFE);
    memory.write(0x200080, 4, -1);
    boot(b, null, "quiet");
    assertThat(cpu.eip).isEqualTo(0x200020);
    assertThat(cpu.gpr[CpuState.EAX]).isEqualTo(0x2BADB002);
    assertThat(memory.read(0x200020, 4)).isEqualTo(0xCAFE);
    assertThat(memory.read(0x200080, 4)).isZero();
    int info = cpu.gpr[CpuState.EBX];
    assertThat(memory.read(info + 8, 4)).isEqualTo(6 * 1024);
    assertThat(string(memory.read(info + 16, 4))).isEqualTo("kernel quiet");
    assertThat(string(memory.read(info + 64, 4))).isEqualTo("Transvisor");
    int map = memory.read(info + 48, 4);
    assertThat(memory.read(map, 4)).isEqualTo(20);
    assertThat(memory.read(map + 20, 4)).isEqualTo(1);
  }

  @Test
  void elfMultibootKernelWithModules() throws Exception {
    Path a = Files.writeString(directory.resolve("a"), "module A");
    Path c = Files.writeString(directory.resolve("c"), "module C");
    ByteBuffer b = multiboot(3);
    // The header sits in the first 8 KiB of an ELF file; here behind the ELF header.
    byte[] header = new byte[12];
    b.get(0, header);
    b.put(0x100, header);
    b.putInt(0, 0x464C457F).put(4, (byte) 1).putShort(18, (short) 3);
    b.putInt(24, 0xC0300010).putInt(28, 0x40).putShort(42, (short) 32).putShort(44, (short) 1);
    b.putInt(0x40, 1).putInt(0x44, 0x1000).putInt(0x48, 0xC0300000).putInt(0x4C, 0x300000);
    b.putInt(0x50, 16).putInt(0x54, 64);
    b.put(0x1000, "sixteen bytes ok".getBytes(StandardCharsets.US_ASCII));
    boot(b, a + " one two," + c, "");
    assertThat(cpu.eip).isEqualTo(0x300010);
    assertThat(memory.read(0x300000, 4)).isEqualTo(0x74786973);
    int info = cpu.gpr[CpuState.EBX];
    assertThat(memory.read(info + 20, 4)).isEqualTo(2);
    int list = memory.read(info + 24, 4);
    int start = memory.read(list, 4);
    assertThat(start & 0xFFF).isZero();
    assertThat(memory.read(list + 4, 4) - start).isEqualTo(8);
    assertThat(string(memory.read(list + 8, 4))).isEqualTo(a + " one two");
    assertThat(memory.read(memory.read(list + 16, 4) + 7, 1)).isEqualTo('C');
  }

  /** A kernel in low memory, where the boot information would go otherwise, and beyond. */
  @Test
  void bootInformationSparesTheKernel() {
    for (int end : new int[] {0x8200, 0x9010, 0xE000, 0x9F000, 0x9FC00, 0x180000}) {
      ByteBuffer b = multiboot(0x10000);
      b.putInt(12, 0x8000).putInt(16, 0x8000).putInt(20, 0x8040).putInt(24, end).putInt(28, 0x8020);
      boot(b, null, "quiet");
      int info = cpu.gpr[CpuState.EBX];
      for (int at = 0x8040; at < end; at += 4) {
        assertThat(memory.read(at, 4)).isZero();
      }
      assertThat(string(memory.read(info + 16, 4))).isEqualTo("kernel quiet");
      assertThat(memory.read(cpu.gdtBase + 0x10, 4)).isEqualTo(0xFFFF);
      assertThat(info < 0x9FC00 || info >= 0x100000).isTrue();
    }
  }

  @Test
  void multibootFeaturesWeLack() {
    assertThatThrownBy(() -> boot(multiboot(0x8), null, ""))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("Multiboot features");
  }

  /** Whatever the bytes are: a kernel that boots, or one line that says what is wrong. */
  @Test
  void corruptKernelsGetAMessage() {
    Random random = new Random(42);
    for (int n = 0; n < 3000; n++) {
      ByteBuffer b =
          random.nextBoolean()
              ? linux()
              : multiboot(random.nextInt(4) | (random.nextBoolean() ? 0x10000 : 0));
      if (random.nextBoolean()) {
        b.putInt(0, 0x464C457F).put(4, (byte) 1).putShort(18, (short) 3);
      }
      for (int k = 0; k < random.nextInt(40); k++) {
        b.put(12 + random.nextInt(600), (byte) random.nextInt(256));
      }
      try {
        boot(b, null, "x");
      } catch (VmmException e) {
        assertThat(e.getMessage()).doesNotContain("\n").isNotBlank();
      }
    }
  }
}
