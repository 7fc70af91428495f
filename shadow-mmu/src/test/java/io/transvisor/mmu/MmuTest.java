package io.transvisor.mmu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Page walks, rights, accessed and dirty bits, slow paths, traces. */
class MmuTest {
  private static final int CR0_PG = 1 << 31 | 1;
  private static final int CR0_WP = 1 << 16;
  private static final int CR4_PSE = 1 << 4;
  private static final int CR4_PAE = 1 << 5;
  private static final int CR4_PGE = 1 << 7;
  private static final int PRESENT = 1;
  private static final int WRITABLE = 2;
  private static final int USER = 4;
  private static final int ACCESSED = 0x20;
  private static final int DIRTY = 0x40;
  private static final int LARGE = 0x80;
  private static final int GLOBAL = 0x100;

  private static final int DIRECTORY = 0x1000;
  private static final int TABLE = 0x2000;
  private static final int PAGE = 0x5000;
  private static final int OTHER = 0x6000;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, 4096);
  private final Mmu mmu = new Mmu(memory);

  MmuTest() {
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
  }

  private void paging(int cr0, int cr4) {
    mmu.setControl(CR0_PG | cr0, DIRECTORY, cr4);
  }

  private void map(int linear, int pde, int pte) {
    memory.write(DIRECTORY + (linear >>> 22 << 2), 4, pde);
    memory.write((pde & -4096) + (linear >>> 10 & 0xFFC), 4, pte);
  }

  private PageFaultException faultOf(Runnable access) {
    return catchThrowableOfType(PageFaultException.class, access::run);
  }

  @ParameterizedTest(name = "pde {0} pte {1} write {2} user {3} wp {4} -> {5}")
  @CsvSource({
    // pde, pte, write, user, WP, error code or -1
    "7, 7, false, true, false, -1",
    "7, 7, true, true, false, -1",
    "7, 5, true, true, false, 7",
    "5, 7, true, true, false, 7",
    "7, 3, false, true, false, 5",
    "3, 7, false, true, false, 5",
    "7, 5, true, false, false, -1",
    "7, 5, true, false, true, 3",
    "5, 7, true, false, true, 3",
    "7, 1, false, false, true, -1",
    "7, 0, false, false, false, 0",
    "7, 0, true, false, false, 2",
    "7, 0, true, true, false, 6",
    "0, 7, false, true, false, 4",
  })
  void rights(int pde, int pte, boolean write, boolean user, boolean writeProtect, int expected) {
    paging(writeProtect ? CR0_WP : 0, 0);
    map(0x400000, TABLE | pde, PAGE | pte);
    PageFaultException fault =
        faultOf(() -> {
          if (write) {
            mmu.write(0x400123, 1, 1, user);
          } else {
            mmu.read(0x400123, 1, user);
          }
        });
    if (expected < 0) {
      assertThat(fault).isNull();
    } else {
      assertThat(fault.errorCode).isEqualTo(expected);
      assertThat(fault.address).isEqualTo(0x400123);
    }
  }

  @Test
  void accessedAndDirtyBits() {
    paging(0, 0);
    map(0x400000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT | WRITABLE);
    mmu.read(0x400000, 4, false);
    assertThat(memory.read(DIRECTORY + 4, 4) & (ACCESSED | DIRTY)).isEqualTo(ACCESSED);
    assertThat(memory.read(TABLE, 4) & (ACCESSED | DIRTY)).isEqualTo(ACCESSED);
    mmu.write(0x400000, 4, 42, false);
    assertThat(memory.read(TABLE, 4) & (ACCESSED | DIRTY)).isEqualTo(ACCESSED | DIRTY);
    assertThat(memory.read(PAGE, 4)).isEqualTo(42);
  }

  @Test
  void aFailingWalkLeavesNoMark() {
    paging(0, 0);
    map(0x400000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT);
    assertThat(faultOf(() -> mmu.read(0x400000, 4, true))).isNotNull();
    assertThat(memory.read(DIRECTORY + 4, 4) & ACCESSED).isZero();
    assertThat(memory.read(TABLE, 4) & ACCESSED).isZero();
  }

  @Test
  void aWriteAcrossAPageEndIsAllOrNothing() {
    paging(0, 0);
    map(0x400000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT | WRITABLE);
    map(0x401000, TABLE | PRESENT | WRITABLE, 0);
    memory.write(PAGE + 0xFFC, 4, 0x11111111);
    PageFaultException fault = faultOf(() -> mmu.write(0x400FFE, 4, 0x22222222, false));
    assertThat(fault.address).isEqualTo(0x401000);
    assertThat(memory.read(PAGE + 0xFFC, 4)).isEqualTo(0x11111111);
    map(0x401000, TABLE | PRESENT | WRITABLE, OTHER | PRESENT | WRITABLE);
    mmu.write(0x400FFE, 4, 0x44332211, false);
    assertThat(memory.read(PAGE + 0xFFE, 2)).isEqualTo(0x2211);
    assertThat(memory.read(OTHER, 2)).isEqualTo(0x4433);
    assertThat(mmu.read(0x400FFE, 4, false)).isEqualTo(0x44332211);
  }

  @Test
  void largePages() {
    paging(0, CR4_PSE);
    memory.write(DIRECTORY + 8, 4, PRESENT | WRITABLE | LARGE);
    mmu.write(0x800000 + OTHER, 4, 7, false);
    assertThat(memory.read(OTHER, 4)).isEqualTo(7);
    assertThat(memory.read(DIRECTORY + 8, 4) & (ACCESSED | DIRTY)).isEqualTo(ACCESSED | DIRTY);
    memory.write(DIRECTORY + 12, 4, PRESENT | WRITABLE | LARGE | 0x200000);
    assertThat(faultOf(() -> mmu.read(0xC00000, 4, false)).errorCode)
        .isEqualTo(PageFaultException.PRESENT | PageFaultException.RESERVED);
  }

  @Test
  void paeWalk() {
    memory.write(0x7000, 4, DIRECTORY | PRESENT);
    memory.write(0x7008, 4, 0);
    memory.write(DIRECTORY, 4, TABLE | PRESENT | WRITABLE | USER);
    memory.write(DIRECTORY + 8, 4, PRESENT | WRITABLE | LARGE);
    memory.write(TABLE + 8 * 3, 4, PAGE | PRESENT | WRITABLE);
    assertThat(mmu.loadPdptes(0x7000)).isTrue();
    mmu.setControl(CR0_PG, 0x7000, CR4_PAE);
    mmu.write(0x3010, 4, 99, false);
    assertThat(memory.read(PAGE + 0x10, 4)).isEqualTo(99);
    mmu.write(0x200000 + OTHER, 4, 98, false);
    assertThat(memory.read(OTHER, 4)).isEqualTo(98);
    assertThat(faultOf(() -> mmu.read(0x40000000, 4, false)).errorCode).isZero();
    assertThat(faultOf(() -> mmu.read(0x3000, 4, true)).errorCode)
        .isEqualTo(PageFaultException.PRESENT | PageFaultException.USER);
    assertThat(mmu.peekPhysical(0x3010)).isEqualTo(PAGE + 0x10);
    memory.write(0x7008, 4, 0x02 | PRESENT);
    assertThat(mmu.loadPdptes(0x7000)).isFalse();
  }

  @Test
  void changedTablesCountAtOnceAlsoForGlobalPages() {
    paging(0, CR4_PGE);
    map(0x400000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT | WRITABLE | GLOBAL);
    map(0x401000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT | WRITABLE);
    memory.write(PAGE, 4, 1);
    memory.write(OTHER, 4, 2);
    assertThat(mmu.read(0x400000, 4, false)).isEqualTo(1);
    assertThat(mmu.read(0x401000, 4, false)).isEqualTo(1);
    map(0x400000, TABLE | PRESENT | WRITABLE, OTHER | PRESENT | WRITABLE | GLOBAL);
    map(0x401000, TABLE | PRESENT | WRITABLE, OTHER | PRESENT | WRITABLE);
    assertThat(mmu.read(0x400000, 4, false)).isEqualTo(2);
    assertThat(mmu.read(0x401000, 4, false)).isEqualTo(2);
  }

  @Test
  void tracedPagesReportEveryStore() {
    List<Integer> stores = new ArrayList<>();
    memory.traces().setCodeHandler((offset, length) -> stores.add(offset));
    paging(0, 0);
    map(0x400000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT | WRITABLE);
    map(0x401000, TABLE | PRESENT | WRITABLE, PAGE | PRESENT | WRITABLE);
    mmu.write(0x400000, 4, 1, false);
    mmu.write(0x401004, 4, 1, false);
    memory.traces().arm(PAGE >>> 12, WriteTraces.CODE);
    assertThat(mmu.map()[0x400] & Mmu.WRITE_SUPERVISOR).isZero();
    assertThat(mmu.map()[0x401] & Mmu.WRITE_SUPERVISOR).isZero();
    mmu.write(0x400008, 4, 5, false);
    mmu.write(0x40100C, 4, 5, false);
    assertThat(stores).containsExactly(PAGE + 8, PAGE + 12);
    memory.traces().disarm(PAGE >>> 12, WriteTraces.CODE);
    mmu.write(0x400008, 4, 6, false);
    assertThat(mmu.map()[0x400] & Mmu.WRITE_SUPERVISOR).isNotZero();
  }

  @Test
  void devicesAndA20() {
    int[] written = new int[1];
    MmioHandler device =
        new MmioHandler() {
          @Override
          public int read(int offset, int width) {
            return 0x100 + offset;
          }

          @Override
          public void write(int offset, int width, int value) {
            written[0] = value;
          }
        };
    memory.mapMmio("device", 0xFE000000, 4096, device, 1);
    mmu.setControl(1, 0, 0);
    assertThat(mmu.read(0xFE000010, 4, false)).isEqualTo(0x110);
    mmu.write(0xFE000010, 4, 77, true);
    assertThat(written[0]).isEqualTo(77);
    memory.write(0x10, 4, 1234);
    memory.setA20(false);
    assertThat(mmu.read(0x100010, 4, false)).isEqualTo(1234);
  }
}
