package io.transvisor.mmu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random programs that edit page tables (through their own mappings, by DMA, byte by byte, with
 * INVLPG or without), switch address spaces and control bits, arm traces, and access memory. Every
 * access must do what a plain walk says at that moment: our MMU is never behind the tables, though
 * the architecture would let it be until the next flush. No store to an armed page may go
 * unreported, the checker must find nothing wrong, and what was found of code must be so still for
 * as long as the generation is the same.
 */
class RandomPageTablesTest {
  private static final int STEPS = 30_000;
  private static final int RAM = 1 << 22;

  /** Three address spaces; their directories, and tables that any of them may point to. */
  private static final int[] DIRECTORIES = {0x1000, 0x2000, 0x3000};

  private static final int[] TABLES = {0x4000, 0x5000, 0x6000};

  /** With PAE, CR3 points to one of these, each with a directory for the first and last GiB. */
  private static final int POINTERS = 0x7000;

  private static final int FIRST_PAGE = 0x10;
  private static final int PAGES = 8;

  private static final int CR0 = 1 << 31 | 1;
  private static final int WP = 1 << 16;
  private static final int PSE = 1 << 4;
  private static final int PAE = 1 << 5;
  private static final int PGE = 1 << 7;

  private final PhysicalMemory memory = new PhysicalMemory(RAM, 4096);
  private final Mmu mmu = new Mmu(memory);
  private final int[] reported = new int[1];

  /** What code was found, by page, level and generation. */
  private record Fetch(int linear, boolean user, int generation) {}

  private final Map<Fetch, Integer> fetched = new HashMap<>();
  private int fetchedBefore;
  private Random random;
  private int cr0 = CR0;
  private int cr3 = DIRECTORIES[0];
  private int cr4;
  private long[] pointers = new long[4];

  @ParameterizedTest(name = "seed {0}, CR4 {1}")
  @CsvSource({
    "1, 0",
    "2, 0",
    "3, 0x10",
    "4, 0x10",
    "5, 0x90",
    "6, 0x20",
    "7, 0x20",
    "8, 0xA0",
    "9, 0x80",
    "10, 0x10",
    "11, 0x20",
    "12, 0xB0"
  })
  void agreesWithAPlainWalk(long seed, String controlBits) {
    random = new Random(seed);
    cr4 = Integer.decode(controlBits);
    memory.mapRam("ram", 0, RAM, memory.ram(), 0, 0);
    memory.traces().setCodeHandler((offset, length) -> reported[0]++);
    switchSpace();
    for (int step = 0; step < STEPS; step++) {
      step();
      codeIsWhatItWas();
      if (step % 100 == 0) {
        assertThat(mmu.disagreements()).isEmpty();
        fetched.keySet().removeIf(f -> random.nextInt(4) == 0);
      }
    }
    assertThat(fetchedBefore).isPositive();
    assertThat(mmu.statistics().shadowHits).isPositive();
    assertThat(mmu.statistics().pagesDropped).isPositive();
    assertThat(mmu.statistics().tablesDropped).isPositive();
  }

  private void step() {
    switch (random.nextInt(16)) {
      case 0, 1, 2 -> editTable();
      case 3 -> editDirectory();
      case 4 -> switchSpace();
      case 5 -> {
        cr0 = random.nextBoolean() ? CR0 | WP : CR0;
        mmu.setControl(cr0, cr3, cr4);
      }
      case 6 -> {
        if (random.nextInt(8) == 0) {
          changeCr4();
        }
      }
      case 7 -> {
        int page = FIRST_PAGE + random.nextInt(PAGES);
        if (random.nextBoolean()) {
          memory.traces().arm(page, WriteTraces.CODE);
        } else {
          memory.traces().disarm(page, WriteTraces.CODE);
        }
      }
      case 8 -> mmu.invalidatePage(linear());
      case 9 -> fetch();
      default -> access();
    }
  }

  /** Few enough addresses that they meet often: two parts of the space, eight pages in each. */
  private int linear() {
    int part = random.nextInt(3) == 0 ? 0xC0000000 : random.nextInt(4) << 21;
    return part | random.nextInt(8) << 12 | random.nextInt(0x1000) & ~3;
  }

  private int leaf() {
    // Tables and directories are mapped as well, so that accesses change them.
    int page = random.nextInt(3) == 0 ? 1 + random.nextInt(6) : FIRST_PAGE + random.nextInt(PAGES);
    return page << 12 | random.nextInt(8) | random.nextInt(2) << 8 | random.nextInt(2) * 0x60;
  }

  private void editTable() {
    int entrySize = (cr4 & PAE) != 0 ? 8 : 4;
    int at = TABLES[random.nextInt(3)] + random.nextInt(8) * entrySize;
    store(at, leaf(), entrySize);
  }

  private void editDirectory() {
    int entrySize = (cr4 & PAE) != 0 ? 8 : 4;
    int index =
        random.nextInt(4) == 0
            ? (cr4 & PAE) != 0 ? 0 : 768
            : random.nextInt((cr4 & PAE) != 0 ? 4 : 2);
    int entry;
    if (random.nextInt(4) == 0) {
      // Large, sometimes with a reserved bit.
      entry = 0x80 | random.nextInt(8) | (random.nextInt(4) == 0 ? 0x4000 : 0);
    } else if (random.nextInt(8) == 0) {
      // A directory as its own table.
      entry = DIRECTORIES[random.nextInt(3)] | random.nextInt(8);
    } else {
      entry = TABLES[random.nextInt(3)] | 7 & ~(random.nextInt(6) == 0 ? random.nextInt(8) : 0);
    }
    store(DIRECTORIES[random.nextInt(3)] + index * entrySize, entry, entrySize);
  }

  /** A change of a table by any of the ways there are. */
  private void store(int at, int entry, int entrySize) {
    byte[] bytes = new byte[entrySize];
    PhysicalMemory.INT.set(bytes, 0, entry);
    if (entrySize == 8 && random.nextInt(20) == 0) {
      bytes[4] = 0x10;
    }
    switch (random.nextInt(3)) {
      case 0 -> memory.writeBytes(at, bytes, 0, entrySize);
      case 1 -> {
        for (int i = 0; i < entrySize; i++) {
          memory.write(at + i, 1, bytes[i]);
        }
      }
      default -> {
        memory.write(at, 4, entry);
        if (entrySize == 8) {
          memory.write(at + 4, 4, bytes[4]);
        }
      }
    }
  }

  private void switchSpace() {
    int number = random.nextInt(3);
    cr3 = (cr4 & PAE) != 0 ? POINTERS + 32 * number : DIRECTORIES[number];
    loadPointers();
    mmu.setControl(cr0, cr3, cr4);
    mmu.loadCr3(cr3);
  }

  private void loadPointers() {
    if ((cr4 & PAE) != 0) {
      // Anew, since accesses through a large page may have changed them.
      memory.writeBytes(POINTERS, new byte[32 * DIRECTORIES.length], 0, 32 * DIRECTORIES.length);
      for (int i = 0; i < DIRECTORIES.length; i++) {
        memory.write(POINTERS + 32 * i, 4, DIRECTORIES[i] | 1);
        memory.write(POINTERS + 32 * i + 24, 4, DIRECTORIES[(i + 1) % 3] | 1);
      }
      assertThat(mmu.loadPdptes(cr3)).isTrue();
      pointers = new long[4];
      for (int i = 0; i < 4; i++) {
        pointers[i] = memory.peek(cr3 + 8 * i, 4);
      }
    }
  }

  private void changeCr4() {
    cr4 ^= random.nextBoolean() ? PGE : PSE;
    loadPointers();
    mmu.setControl(cr0, cr3, cr4);
  }

  private void fetch() {
    int linear = linear() & ~0xFFF;
    boolean user = random.nextBoolean();
    mmu.setLevel(user);
    PlainWalk walk = PlainWalk.of(memory, cr0, cr3, cr4, pointers, linear, false, user);
    if (walk.fault() < 0) {
      assertThat(mmu.translateCode(linear, user)).isEqualTo(walk.physical());
      assertThat(mmu.isKnownCode(linear, mmu.map()[linear >>> 12], user)).isTrue();
      fetched.put(new Fetch(linear, user, mmu.generation), walk.physical());
    }
  }

  /** Who keeps what code an address leads to may go there without asking again, nor marking. */
  private void codeIsWhatItWas() {
    boolean user = random.nextBoolean();
    mmu.setLevel(user);
    fetched.forEach((f, physical) -> {
      if (f.user == user && f.generation == mmu.generation) {
        PlainWalk walk = PlainWalk.of(memory, cr0, cr3, cr4, pointers, f.linear, false, user);
        assertThat(walk.fault()).isEqualTo(-1);
        assertThat(walk.physical()).isEqualTo(physical);
        for (int mark : walk.marks()) {
          assertThat(memory.peek(mark, 4) & 0x20).isNotZero();
        }
        fetchedBefore++;
      }
    });
  }

  private void access() {
    int linear = linear();
    boolean write = random.nextInt(3) == 0;
    boolean user = random.nextBoolean();
    // Something that still leads to RAM if it is a table that is written.
    int value = leaf();
    PlainWalk walk = PlainWalk.of(memory, cr0, cr3, cr4, pointers, linear, write, user);
    int before = memory.peek(walk.physical(), 4);
    int reportsBefore = reported[0];
    int fault = -1;
    int got = before;
    boolean armed = memory.traces().isArmed(walk.physical() >>> 12);
    boolean code = (memory.traces().kinds(walk.physical() >>> 12) & WriteTraces.CODE) != 0;
    try {
      // The fast path of an engine, as Cpu has it.
      int entry = mmu.map()[linear >>> 12];
      int flag =
          user
              ? write ? Mmu.WRITE_USER : Mmu.READ_USER
              : write ? Mmu.WRITE_SUPERVISOR : Mmu.READ_SUPERVISOR;
      if ((entry & flag) != 0) {
        assertThat(write && armed).isFalse();
        int at = entry & ~0xFFF ^ linear;
        if (write) {
          PhysicalMemory.INT.set(memory.store(), at, value);
        } else {
          got = (int) PhysicalMemory.INT.get(memory.store(), at);
        }
      } else if (write) {
        mmu.write(linear, 4, value, user);
      } else {
        got = mmu.read(linear, 4, user);
      }
    } catch (PageFaultException e) {
      fault = e.errorCode;
      assertThat(e.address).isEqualTo(linear);
    }
    assertThat(fault).isEqualTo(walk.fault());
    if (fault >= 0) {
      return;
    }
    if (write) {
      assertThat(memory.peek(walk.physical(), 4)).isEqualTo(value);
      assertThat(reported[0] - reportsBefore).isEqualTo(code ? 1 : 0);
    } else if (!isMarked(walk)) {
      assertThat(got & ~0x60).isEqualTo(before & ~0x60);
    } else {
      assertThat(got).isEqualTo(before);
    }
    int[] marks = walk.marks();
    for (int i = 0; i < marks.length; i++) {
      int expected = write && i == marks.length - 1 ? 0x60 : 0x20;
      if (!write || (marks[i] & ~7) != (walk.physical() & ~7)) {
        assertThat(memory.peek(marks[i], 4) & expected).isEqualTo(expected);
      }
    }
  }

  /** Whether a read does not see its own mark: it is not of one of the entries walked. */
  private static boolean isMarked(PlainWalk walk) {
    for (int mark : walk.marks()) {
      if ((mark & ~7) == (walk.physical() & ~7)) {
        return false;
      }
    }
    return true;
  }
}
