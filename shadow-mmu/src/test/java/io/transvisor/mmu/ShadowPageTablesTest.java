package io.transvisor.mmu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.memory.Mapping;
import io.transvisor.core.memory.MemoryBlock;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import org.junit.jupiter.api.Test;

/**
 * Shadows of several address spaces, and each way there is to change what they were filled from.
 */
class ShadowPageTablesTest {
  private static final int CR0 = 1 << 31 | 1;
  private static final int WP = 1 << 16;
  private static final int PSE = 1 << 4;
  private static final int PAE = 1 << 5;
  private static final int RAM = 1 << 20;

  private static final int ONE = 0x1000;
  private static final int TWO = 0x2000;
  private static final int TABLE = 0x3000;
  private static final int OWN_TABLE = 0x4000;
  private static final int PAGE = 0x10000;
  private static final int OTHER = 0x11000;
  private static final int LINEAR = 0x400000;

  /** Where both spaces map the tables themselves, page by page, as physical + this. */
  private static final int WINDOW = 0xC0000000;

  private final PhysicalMemory memory = new PhysicalMemory(RAM, 1 << 16);
  private final Mmu mmu = new Mmu(memory);

  ShadowPageTablesTest() {
    memory.mapRam("ram", 0, RAM, memory.ram(), 0, 0);
    for (int directory : new int[] {ONE, TWO}) {
      memory.write(directory + (LINEAR >>> 22) * 4, 4, TABLE | 7);
      memory.write(directory + (WINDOW >>> 22) * 4, 4, OWN_TABLE | 0x67);
    }
    memory.write(TABLE, 4, PAGE | 7);
    for (int page = 0; page < 32; page++) {
      memory.write(OWN_TABLE + page * 4, 4, page << 12 | 0x63);
    }
    memory.write(PAGE, 4, 1);
    memory.write(OTHER, 4, 2);
    mmu.setControl(CR0, ONE, PSE);
  }

  private int read() {
    return mmu.read(LINEAR, 4, false);
  }

  private long fills() {
    return mmu.statistics().hiddenFaults;
  }

  private void isConsistent() {
    assertThat(mmu.disagreements()).isEmpty();
  }

  // ---- address spaces ----

  @Test
  void aKnownSpaceComesBackFilled() {
    mmu.setLevel(true);
    memory.write(TWO + (LINEAR >>> 22) * 4, 4, 0x5000 | 7);
    memory.write(0x5000, 4, OTHER | 7);
    assertThat(read()).isEqualTo(1);
    int generation = mmu.generation;
    int[] map = mmu.map();
    mmu.loadCr3(TWO);
    assertThat(read()).isEqualTo(2);
    assertThat(mmu.generation).isNotEqualTo(generation);
    long before = fills();
    mmu.loadCr3(ONE);
    assertThat(read()).isEqualTo(1);
    assertThat(mmu.map()).isSameAs(map);
    assertThat(mmu.generation).isEqualTo(generation);
    assertThat(fills()).isEqualTo(before);
    assertThat(mmu.statistics().shadowHits).isEqualTo(1);
  }

  @Test
  void aSpaceThatIsNotSwitchedToForLongIsGivenUp() {
    mmu.setLevel(true);
    memory.write(TWO + (LINEAR >>> 22) * 4, 4, 0x5000 | 7);
    memory.write(0x5000, 4, OTHER | 7);
    assertThat(read()).isEqualTo(1);
    int generation = mmu.generation;
    mmu.loadCr3(TWO);
    assertThat(read()).isEqualTo(2);
    mmu.age();
    mmu.loadCr3(ONE);
    mmu.loadCr3(TWO);
    assertThat(mmu.statistics().shadowHits).as("both were in force since").isEqualTo(2);
    mmu.age();
    mmu.age();
    long before = fills();
    assertThat(read()).isEqualTo(2);
    assertThat(fills()).as("the one in force stays").isEqualTo(before);
    memory.write(TABLE, 4, OTHER | 7);
    mmu.loadCr3(ONE);
    assertThat(mmu.statistics().shadowHits).isEqualTo(2);
    assertThat(mmu.generation).isNotEqualTo(generation);
    assertThat(read()).isEqualTo(2);
    isConsistent();
  }

  @Test
  void theListenerIsToldOfEveryOtherMap() {
    int[][] told = new int[1][];
    mmu.onChange(map -> told[0] = map);
    assertThat(told[0]).isSameAs(mmu.map());
    mmu.loadCr3(TWO);
    assertThat(told[0]).isSameAs(mmu.map());
    mmu.setControl(1, TWO, 0);
    assertThat(told[0]).isSameAs(mmu.map());
  }

  @Test
  void aNewSpaceTakesOverPartsWithTheSameDirectoryEntry() {
    mmu.read(WINDOW + PAGE, 4, false);
    long before = fills();
    mmu.loadCr3(TWO);
    assertThat(mmu.statistics().inherited).isEqualTo(1);
    assertThat(mmu.read(WINDOW + PAGE, 4, false)).isEqualTo(1);
    assertThat(fills()).isEqualTo(before);
    isConsistent();
    // What was taken over is traced for the new space as well.
    memory.write(OWN_TABLE + (PAGE >>> 12) * 4, 4, OTHER | 0x63);
    assertThat(mmu.read(WINDOW + PAGE, 4, false)).isEqualTo(2);
    memory.traces().arm(OTHER >>> 12, WriteTraces.CODE);
    isConsistent();
  }

  @Test
  void anEntryNotMarkedAccessedIsNotTakenOver() {
    read();
    mmu.loadCr3(TWO);
    read();
    assertThat(memory.read(TWO + (LINEAR >>> 22) * 4, 4) & 0x20).isEqualTo(0x20);
  }

  @Test
  void writeProtectionHasShadowsOfItsOwn() {
    memory.write(TABLE, 4, PAGE | 5);
    mmu.write(LINEAR, 4, 5, false);
    mmu.setControl(CR0 | WP, ONE, PSE);
    assertThatThrownBy(() -> mmu.write(LINEAR, 4, 6, false)).isInstanceOf(PageFaultException.class);
    mmu.setControl(CR0, ONE, PSE);
    mmu.write(LINEAR, 4, 7, false);
    assertThat(read()).isEqualTo(7);
  }

  @Test
  void moreSpacesThanAreKept() {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 2 * ShadowCache.CAPACITY; i++) {
        int directory = 0x40000 + (i << 12);
        memory.write(directory + (LINEAR >>> 22) * 4, 4, 0x80000 + (i << 12) | 7);
        memory.write(0x80000 + (i << 12), 4, 0xC0000 + (i << 12) | 7);
        memory.write(0xC0000 + (i << 12), 4, i);
        mmu.loadCr3(directory);
        assertThat(read()).isEqualTo(i);
      }
      isConsistent();
    }
    assertThat(mmu.statistics().shadowHits).isZero();
    // The tables of forgotten spaces are pages like others again.
    assertThat(memory.traces().isArmed(0x80)).isFalse();
  }

  @Test
  void pagesOfPointersCountFromTheNextLoadOfCr3() {
    memory.write(0x8000, 4, ONE | 1);
    memory.write(ONE + 16, 4, TABLE | 7);
    memory.write(TABLE + 4, 4, 0);
    memory.write(TWO + 16, 4, 0x5000 | 7);
    memory.write(0x5000, 4, OTHER | 7);
    mmu.loadPdptes(0x8000);
    mmu.setControl(CR0, 0x8000, PAE);
    assertThat(read()).isEqualTo(1);
    memory.write(0x8000, 4, TWO | 1);
    assertThat(read()).isEqualTo(1);
    mmu.loadPdptes(0x8000);
    mmu.loadCr3(0x8000);
    assertThat(read()).isEqualTo(2);
    isConsistent();
  }

  // ---- code and generations ----

  @Test
  void theGenerationChangesWhenCodeMoves() {
    memory.write(TABLE + 4, 4, PAGE | 7);
    mmu.translateCode(LINEAR, false);
    mmu.read(LINEAR + 0x1000, 4, false);
    int generation = mmu.generation;
    memory.write(TABLE + 4, 4, OTHER | 7);
    mmu.invalidatePage(LINEAR + 0x1000);
    mmu.loadCr3(ONE);
    assertThat(mmu.generation).as("only data has moved").isEqualTo(generation);
    memory.write(TABLE, 4, OTHER | 7);
    assertThat(mmu.generation).isNotEqualTo(generation);
    assertThat(mmu.translateCode(LINEAR, false)).isEqualTo(OTHER);
    generation = mmu.generation;
    memory.write(ONE + (LINEAR >>> 22) * 4, 4, 0);
    assertThat(mmu.generation).isNotEqualTo(generation);
  }

  @Test
  void codeThatMovesInASpaceNotInForceIsAskedForAgainThere() {
    mmu.setLevel(true);
    mmu.translateCode(LINEAR, true);
    int generation = mmu.generation;
    mmu.loadCr3(TWO);
    int here = mmu.generation;
    memory.write(ONE + (LINEAR >>> 22) * 4, 4, 0);
    assertThat(mmu.generation).isEqualTo(here);
    mmu.loadCr3(ONE);
    assertThat(mmu.generation).isNotIn(generation, here);
  }

  @Test
  void userCodeHasAGenerationOfItsOwn() {
    mmu.translateCode(LINEAR, true);
    int supervisor = mmu.generation;
    mmu.setLevel(true);
    int user = mmu.generation;
    assertThat(user).isNotEqualTo(supervisor);
    memory.write(TABLE, 4, OTHER | 7);
    assertThat(mmu.generation).isNotEqualTo(user);
    mmu.setLevel(false);
    assertThat(mmu.generation).isEqualTo(supervisor);
  }

  @Test
  void supervisorCodeThatTwoSpacesShareStaysKnown() {
    mmu.translateCode(LINEAR, false);
    mmu.loadCr3(TWO);
    mmu.translateCode(LINEAR, false);
    int generation = mmu.generation;
    mmu.loadCr3(ONE);
    assertThat(mmu.generation).isEqualTo(generation);
    mmu.loadCr3(TWO);
    assertThat(mmu.generation).isEqualTo(generation);
    assertThat(mmu.isKnownCode(LINEAR, mmu.map()[LINEAR >>> 12], false)).isTrue();
  }

  @Test
  void aSpaceThatLacksAPartOfTheSupervisorsCodeHasAGenerationOfItsOwn() {
    int part = LINEAR >>> 22;
    memory.write(0x5000, 4, OTHER | 7);
    memory.write(ONE + (part + 1) * 4, 4, 0x5000 | 7);
    mmu.translateCode(LINEAR, false);
    mmu.loadCr3(TWO);
    mmu.translateCode(LINEAR, false);
    mmu.loadCr3(ONE);
    mmu.translateCode(LINEAR + (1 << 22), false);
    int more = mmu.generation;
    mmu.loadCr3(TWO);
    mmu.translateCode(LINEAR, false);
    int less = mmu.generation;
    assertThat(less).isNotEqualTo(more);
    mmu.loadCr3(ONE);
    assertThat(mmu.generation).isEqualTo(more);
    mmu.loadCr3(TWO);
    assertThat(mmu.generation).isEqualTo(less);
    memory.write(0x5000, 4, PAGE | 7);
    assertThat(mmu.generation).isEqualTo(less);
    mmu.loadCr3(ONE);
    assertThat(mmu.generation).isNotEqualTo(more);
  }

  @Test
  void supervisorCodeStaysKnownInANewSpaceThatTakesItOver() {
    mmu.translateCode(LINEAR, false);
    int generation = mmu.generation;
    memory.write(TWO + (LINEAR >>> 22) * 4, 4, TABLE | 0x27);
    mmu.loadCr3(TWO);
    assertThat(mmu.generation).isEqualTo(generation);
  }

  @Test
  void supervisorCodeThatMovesIsAskedForAgainInASpaceThatHasNoEntryForIt() {
    memory.write(TABLE + 4, 4, PAGE | 7);
    mmu.loadCr3(TWO);
    mmu.read(LINEAR + 0x1000, 4, false);
    mmu.loadCr3(ONE);
    mmu.translateCode(LINEAR, false);
    int generation = mmu.generation;
    mmu.loadCr3(TWO);
    assertThat(mmu.generation).isEqualTo(generation);
    memory.write(TABLE, 4, OTHER | 7);
    assertThat(mmu.generation).isNotEqualTo(generation);
    assertThat(mmu.translateCode(LINEAR, false)).isEqualTo(OTHER);
  }

  @Test
  void supervisorCodeOfSpacesWithOtherTablesIsAskedForAgain() {
    memory.write(TWO + (LINEAR >>> 22) * 4, 4, 0x5000 | 7);
    memory.write(0x5000, 4, PAGE | 7);
    mmu.translateCode(LINEAR, false);
    int generation = mmu.generation;
    mmu.loadCr3(TWO);
    mmu.translateCode(LINEAR, false);
    assertThat(mmu.generation).isNotEqualTo(generation);
    mmu.loadCr3(ONE);
    mmu.translateCode(LINEAR, false);
    generation = mmu.generation;
    memory.write(TWO + (LINEAR >>> 22) * 4, 4, 0);
    assertThat(mmu.generation).as("of a space not in force").isEqualTo(generation);
    memory.write(ONE + (LINEAR >>> 22) * 4, 4, 0);
    assertThat(mmu.generation).isNotEqualTo(generation);
  }

  @Test
  void aSecondWalkForThePageKeepsWhatIsKnownOfItsCode() {
    mmu.setLevel(true);
    mmu.translateCode(LINEAR, true);
    int generation = mmu.generation;
    mmu.write(LINEAR + 8, 4, 1, false);
    assertThat(mmu.generation).isEqualTo(generation);
    assertThat(mmu.isKnownCode(LINEAR, mmu.map()[LINEAR >>> 12], true)).isTrue();
  }

  // ---- each way to change a table ----

  @Test
  void aStoreByTheCpu() {
    assertThat(read()).isEqualTo(1);
    mmu.write(WINDOW + TABLE, 4, OTHER | 7, false);
    assertThat(read()).isEqualTo(2);
    assertThat(mmu.map()[WINDOW + TABLE >>> 12] & Mmu.WRITE_SUPERVISOR).isZero();
    assertThat(mmu.statistics().tableWrites).isEqualTo(1);
    isConsistent();
  }

  @Test
  void aStoreOfEightBytesByTheCpu() {
    memory.write(TABLE + 4, 4, PAGE | 7);
    mmu.read(LINEAR + 0x1000, 4, false);
    assertThat(read()).isEqualTo(1);
    mmu.write(WINDOW + TABLE, 8, (OTHER | 7L) << 32 | OTHER | 7, false);
    assertThat(read()).isEqualTo(2);
    assertThat(mmu.read(LINEAR + 0x1000, 4, false)).isEqualTo(2);
    assertThat(mmu.statistics().tableWrites).isEqualTo(1);
  }

  @Test
  void aStoreAcrossThePageEnd() {
    memory.write(TABLE, 4, 0);
    memory.write(TABLE + 0xFFC, 4, PAGE | 7);
    int last = LINEAR + 0x3FF000;
    assertThat(mmu.read(last, 4, false)).isEqualTo(1);
    // Byte 3 of the last entry and the first of the page after it.
    mmu.write(WINDOW + TABLE + 0xFFF, 2, 0x6701, false);
    assertThat(memory.read(TABLE + 0xFFC, 4) >>> 24).isEqualTo(1);
    assertThat(memory.read(OWN_TABLE, 1)).isEqualTo(0x67);
    assertThat(mmu.read(last, 4, false)).isEqualTo(-1);
    isConsistent();
  }

  @Test
  void aStoreThatUnmapsItsOwnPage() {
    mmu.write(WINDOW + OWN_TABLE + (OWN_TABLE >>> 12) * 4, 4, 0, false);
    assertThatThrownBy(() -> mmu.read(WINDOW + OWN_TABLE, 4, false))
        .isInstanceOf(PageFaultException.class);
    assertThat(memory.read(OWN_TABLE + (OWN_TABLE >>> 12) * 4, 4)).isZero();
    isConsistent();
  }

  @Test
  void aDirectoryThatIsItsOwnTable() {
    memory.write(ONE + 0xFFC, 4, ONE | 3);
    int window = 0xFFC00000;
    assertThat(read()).isEqualTo(1);
    mmu.write(window + (LINEAR >>> 10), 4, OTHER | 7, false);
    assertThat(read()).isEqualTo(2);
    mmu.write(0xFFFFF000 + (LINEAR >>> 20), 4, 0, false);
    assertThatThrownBy(this::read).isInstanceOf(PageFaultException.class);
    isConsistent();
    mmu.write(0xFFFFFFFC, 4, 0, false);
    assertThatThrownBy(() -> mmu.read(0xFFFFFFFC, 4, false)).isInstanceOf(PageFaultException.class);
    isConsistent();
  }

  @Test
  void aBusMaster() {
    assertThat(read()).isEqualTo(1);
    byte[] entry = new byte[4];
    PhysicalMemory.INT.set(entry, 0, OTHER | 7);
    memory.writeBytes(TABLE, entry, 0, 4);
    assertThat(read()).isEqualTo(2);
    memory.writeBytes(ONE, new byte[4096], 0, 4096);
    assertThatThrownBy(this::read).isInstanceOf(PageFaultException.class);
    isConsistent();
  }

  @Test
  void aDevice() {
    assertThat(read()).isEqualTo(1);
    memory.write(TABLE, 2, 0);
    assertThatThrownBy(this::read).isInstanceOf(PageFaultException.class);
  }

  @Test
  void clearedMarksAreSetAgain() {
    mmu.write(LINEAR, 4, 9, false);
    memory.write(TABLE, 4, PAGE | 7);
    read();
    assertThat(memory.read(TABLE, 4) & 0x60).isEqualTo(0x20);
    mmu.write(LINEAR, 4, 9, false);
    assertThat(memory.read(TABLE, 4) & 0x60).isEqualTo(0x60);
    memory.write(ONE + (LINEAR >>> 22) * 4, 4, TABLE | 7);
    read();
    assertThat(memory.read(ONE + (LINEAR >>> 22) * 4, 4) & 0x20).isEqualTo(0x20);
    isConsistent();
  }

  @Test
  void theSameDirectoryEntryAgainKeepsItsPart() {
    read();
    long before = fills();
    memory.write(ONE + (LINEAR >>> 22) * 4, 4, TABLE | 0x27);
    read();
    assertThat(fills()).isEqualTo(before);
  }

  @Test
  void theA20Gate() {
    memory.write(TABLE, 4, 1 << 20 | 7);
    memory.write(0, 4, 77);
    assertThat(read()).as("nothing is above the RAM").isEqualTo(-1);
    memory.setA20(false);
    assertThat(read()).isEqualTo(77);
    isConsistent();
  }

  @Test
  void memoryMappedAnew() {
    MemoryBlock rom = memory.allocate("rom", 4096);
    PhysicalMemory.INT.set(memory.store(), rom.offset(), 55);
    Mapping mapping = memory.mapRom("rom", PAGE, 4096, rom, 0, 1);
    assertThat(read()).isEqualTo(55);
    mmu.write(LINEAR, 4, 66, false);
    assertThat(read()).isEqualTo(55);
    isConsistent();
    // Reads from ROM, writes to the RAM below, as PAM registers have it.
    mapping.setDirections(true, false);
    mapping.setEnabled(false);
    assertThat(read()).isEqualTo(1);
    isConsistent();
  }

  @Test
  void aTableOutsideTheStoreCountsFromTheNextFlush() {
    int[] entry = {PAGE | 0x67};
    MmioHandler device =
        new MmioHandler() {
          @Override
          public int read(int offset, int width) {
            return entry[0];
          }

          @Override
          public void write(int offset, int width, int value) {}
        };
    memory.mapMmio("device", 0xE0000000, 4096, device, 1);
    memory.write(ONE + (LINEAR >>> 22) * 4, 4, 0xE0000000 | 7);
    assertThat(read()).isEqualTo(1);
    entry[0] = OTHER | 0x67;
    mmu.invalidatePage(LINEAR);
    assertThat(read()).isEqualTo(2);
    entry[0] = PAGE | 0x67;
    mmu.loadCr3(ONE);
    assertThat(read()).isEqualTo(1);
  }

  // ---- tables that churn ----

  @Test
  void aTableStoredToAgainAndAgainIsLetGo() {
    read();
    mmu.write(WINDOW + TABLE + 0x800, 4, 0, false);
    for (int i = 0; i < 100; i++) {
      mmu.write(WINDOW + TABLE + 0x800, 4, i << 12, false);
    }
    assertThat(mmu.map()[WINDOW + TABLE >>> 12] & Mmu.WRITE_SUPERVISOR).isNotZero();
    assertThat(mmu.statistics().tablesUntraced).isEqualTo(1);
    assertThat(mmu.statistics().tableWrites).isLessThan(50);
    mmu.write(WINDOW + TABLE, 4, OTHER | 7, false);
    assertThat(read()).isEqualTo(2);
    assertThat(mmu.map()[WINDOW + TABLE >>> 12] & Mmu.WRITE_SUPERVISOR).isZero();
    isConsistent();
  }

  @Test
  void aTableInUseKeepsItsTrace() {
    for (int i = 0; i < 100; i++) {
      mmu.write(WINDOW + TABLE, 4, (i % 2 == 0 ? OTHER : PAGE) | 7, false);
      assertThat(read()).isEqualTo(i % 2 == 0 ? 2 : 1);
    }
    assertThat(mmu.statistics().tablesUntraced).isZero();
  }

  // ---- traces of other kinds ----

  @Test
  void aTraceArmedCountsInEverySpace() {
    int[] reports = new int[1];
    memory.traces().setVideoHandler((offset, length) -> reports[0]++);
    mmu.write(LINEAR, 4, 1, false);
    mmu.loadCr3(TWO);
    mmu.write(LINEAR, 4, 1, true);
    memory.traces().arm(PAGE >>> 12, WriteTraces.VIDEO);
    isConsistent();
    mmu.write(LINEAR, 4, 2, true);
    mmu.loadCr3(ONE);
    mmu.write(LINEAR, 4, 3, false);
    assertThat(reports[0]).isEqualTo(2);
    memory.traces().disarm(PAGE >>> 12, WriteTraces.VIDEO);
    mmu.write(LINEAR, 4, 4, false);
    assertThat(mmu.map()[LINEAR >>> 12] & Mmu.WRITE_SUPERVISOR).isNotZero();
    isConsistent();
  }

  @Test
  void aPageMappedWritableAtManyPlacesInTurn() {
    for (int i = 0; i < 300; i++) {
      memory.write(TABLE + (i % 100) * 4, 4, PAGE | 7);
      mmu.write(LINEAR + (i % 100 << 12), 4, i, false);
      if (i % 3 > 0) {
        memory.write(TABLE + (i % 100) * 4, 4, 0);
      }
    }
    memory.traces().arm(PAGE >>> 12, WriteTraces.CODE);
    isConsistent();
  }

  // ---- looking at it ----

  @Test
  void theCheckerSeesWhatIsWrong() {
    read();
    PhysicalMemory.INT.set(memory.store(), TABLE, OTHER | 0x27);
    assertThat(mmu.disagreements())
        .singleElement()
        .asString()
        .contains("CR3 00001000", "page 00400", "should lead to physical page 00011");
    assertThat(mmu.describePages()).contains("DIFFERS: should lead to physical page 00011");
    mmu.checkContinuously();
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                mmu.loadCr3(ONE);
              }
            })
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("page 00400");
  }

  @Test
  void dumps() {
    memory.write(ONE + 8, 4, 0x800000 | 0x85);
    mmu.write(LINEAR, 4, 3, false);
    assertThat(mmu.describeRanges().lines())
        .containsExactly(
            "0000000000400000-0000000000401000 0000000000001000 urw",
            "0000000000800000-0000000000c00000 0000000000400000 ur-",
            "00000000c0000000-00000000c0020000 0000000000020000 -rw");
    assertThat(mmu.describePages().lines())
        .hasSize(34)
        .startsWith(
            "0000000000400000: 0000000000010000 ---DA--UW",
            "0000000000800000: 0000000000800000 --P----U-",
            "00000000c0000000: 0000000000000000 ---DA---W");
    mmu.setControl(1, 0, 0);
    assertThat(mmu.describeRanges()).isEqualTo("PG disabled\n");
  }
}
