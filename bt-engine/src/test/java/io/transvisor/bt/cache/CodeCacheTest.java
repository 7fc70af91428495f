package io.transvisor.bt.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.isa.Insn;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.memory.WriteTraces;
import org.junit.jupiter.api.Test;

/** Finding, dropping and forgetting traces. */
class CodeCacheTest {
  private static final int LIMIT = 10;
  private static final int MODE = 1;

  private final PhysicalMemory memory = new PhysicalMemory(1 << 20, 0);
  private int invalidations;
  private final CodeCache cache = new CodeCache(memory, () -> invalidations++, LIMIT, LIMIT, true);

  /** A trace of one-byte instructions. */
  private static Trace trace(int store, int instructions) {
    Insn[] insns = new Insn[instructions];
    for (int n = 0; n < instructions; n++) {
      insns[n] = new Insn();
      insns[n].start = n;
      insns[n].next = n + 1;
    }
    return new Trace(store, MODE, insns, false, -1);
  }

  @Test
  void findsByPlaceAndMode() {
    Trace t = trace(0x1234, 3);
    cache.add(t);
    assertThat(cache.find(0x1234, MODE)).isSameAs(t);
    assertThat(cache.find(0x1235, MODE)).isNull();
    assertThat(cache.find(0x1234, MODE ^ 2)).isNull();
  }

  @Test
  void tracesInOneSlotDoNotLoseEachOther() {
    PhysicalMemory large = new PhysicalMemory(4 << 20, 0);
    CodeCache both = new CodeCache(large, () -> {}, LIMIT, LIMIT, true);
    Trace low = trace(0x10_1000, 1);
    Trace high = trace(0x20_2000 ^ 0x10_0000 ^ 0x1000, 1);
    both.add(low);
    both.add(high);
    assertThat(both.find(low.store, MODE)).isSameAs(low);
    assertThat(both.find(high.store, MODE)).isSameAs(high);
  }

  @Test
  void storesDropOnlyTheTracesTheyTouch() {
    Trace first = trace(0x1000, 3);
    Trace second = trace(0x1003, 2);
    cache.add(first);
    cache.add(second);
    assertThat(cache.instructions()).isEqualTo(5);

    memory.traces().written(0x1002, 1);

    assertThat(first.isValid()).isFalse();
    assertThat(cache.find(0x1000, MODE)).isNull();
    assertThat(cache.find(0x1003, MODE)).isSameAs(second);
    assertThat(cache.instructions()).isEqualTo(2);
    assertThat(invalidations).isEqualTo(1);
  }

  @Test
  void pageWithoutTracesIsNotTraced() {
    cache.add(trace(0x1000, 3));
    assertThat(memory.traces().kinds(1)).isEqualTo(WriteTraces.CODE);
    memory.traces().written(0x1000, 4);
    assertThat(memory.traces().kinds(1)).isZero();
  }

  @Test
  void forgetsAllWhenFull() {
    Trace first = trace(0x1000, 6);
    Trace second = trace(0x2000, 6);
    cache.add(first);
    cache.add(second);
    assertThat(first.isValid()).isFalse();
    assertThat(cache.find(0x1000, MODE)).isNull();
    assertThat(cache.find(0x2000, MODE)).isSameAs(second);
    assertThat(cache.instructions()).isEqualTo(6);
    assertThat(memory.traces().kinds(1)).isZero();
  }

  @Test
  void makesRoomByForgettingWhatHasNotRunForLong() {
    CodeCache roomy = new CodeCache(memory, () -> {}, LIMIT, 10 * LIMIT, true);
    Trace busy = trace(0x1000, 5);
    Trace idle = trace(0x2000, 5);
    roomy.add(busy);
    roomy.add(idle);
    roomy.add(trace(0x3000, 1));
    // New ones are not forgotten before they had a chance.
    assertThat(roomy.instructions()).isEqualTo(11);

    busy.isDue();
    roomy.add(trace(0x4000, 5));
    assertThat(roomy.find(busy.store, MODE)).isSameAs(busy);
    assertThat(roomy.find(idle.store, MODE)).isNull();
    assertThat(idle.isValid()).isFalse();
    assertThat(roomy.instructions()).isEqualTo(11);
  }
}
