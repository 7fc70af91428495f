package io.transvisor.mmu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random programs of page-table edits with the flush the architecture asks for, of accesses, and of
 * traces armed and disarmed: every access must do what a plain walk of the tables says, and no
 * store to an armed page may go unreported.
 */
class RandomPageTablesTest {
  private static final int DIRECTORY = 0x1000;
  private static final int TABLE = 0x2000;
  private static final int FIRST_PAGE = 0x10;
  private static final int PAGES = 8;
  private static final int STEPS = 20_000;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, 4096);
  private final Mmu mmu = new Mmu(memory);
  private final int[] reported = new int[1];

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void agreesWithAPlainWalk(long seed) {
    Random random = new Random(seed);
    memory.mapRam("ram", 0, 1 << 20, memory.ram(), 0, 0);
    memory.traces().setCodeHandler((offset, length) -> reported[0]++);
    memory.write(DIRECTORY, 4, TABLE | 7);
    boolean writeProtect = false;
    mmu.setControl(1 << 31 | 1, DIRECTORY, 1 << 7);
    for (int step = 0; step < STEPS; step++) {
      int linear = random.nextInt(16) << 12 | random.nextInt(0x1000) & ~3;
      switch (random.nextInt(10)) {
        case 0, 1 -> {
          int pte =
              FIRST_PAGE + random.nextInt(PAGES) << 12 | random.nextInt(8) | random.nextInt(2) << 8;
          memory.write(TABLE + (linear >>> 12) * 4, 4, pte);
          mmu.invalidatePage(linear);
        }
        case 2 -> mmu.loadCr3(DIRECTORY);
        case 3 -> {
          writeProtect = random.nextBoolean();
          mmu.setControl(1 << 31 | 1 | (writeProtect ? 1 << 16 : 0), DIRECTORY, 1 << 7);
        }
        case 4 -> {
          int page = FIRST_PAGE + random.nextInt(PAGES);
          if (random.nextBoolean()) {
            memory.traces().arm(page, WriteTraces.CODE);
          } else {
            memory.traces().disarm(page, WriteTraces.CODE);
          }
        }
        default ->
            access(
                linear, random.nextBoolean(), random.nextBoolean(), writeProtect, random.nextInt());
      }
    }
  }

  private void access(int linear, boolean write, boolean user, boolean writeProtect, int value) {
    int pte = memory.read(TABLE + (linear >>> 12) * 4, 4);
    boolean allowed =
        (pte & 1) != 0
            && (!user || (pte & 4) != 0)
            && (!write || (pte & 2) != 0 || !user && !writeProtect);
    int physical = pte & -4096 | linear & 0xFFF;
    int before = memory.read(physical, 4);
    int reportsBefore = reported[0];
    boolean faulted = false;
    try {
      // The fast path of an engine, as Cpu has it.
      int entry = mmu.map()[linear >>> 12];
      int flag =
          user
              ? write ? Mmu.WRITE_USER : Mmu.READ_USER
              : write ? Mmu.WRITE_SUPERVISOR : Mmu.READ_SUPERVISOR;
      if ((entry & flag) != 0) {
        int at = entry & ~0xFFF ^ linear;
        if (write) {
          PhysicalMemory.INT.set(memory.store(), at, value);
        } else {
          assertThat((int) PhysicalMemory.INT.get(memory.store(), at)).isEqualTo(before);
        }
      } else if (write) {
        mmu.write(linear, 4, value, user);
      } else {
        assertThat(mmu.read(linear, 4, user)).isEqualTo(before);
      }
    } catch (PageFaultException e) {
      faulted = true;
    }
    assertThat(faulted).isEqualTo(!allowed);
    if (write && allowed) {
      assertThat(memory.read(physical, 4)).isEqualTo(value);
      assertThat(memory.read(TABLE + (linear >>> 12) * 4, 4) & 0x60).isEqualTo(0x60);
      boolean armed = memory.traces().isArmed(physical >>> 12);
      assertThat(reported[0] - reportsBefore).isEqualTo(armed ? 1 : 0);
    }
  }
}
