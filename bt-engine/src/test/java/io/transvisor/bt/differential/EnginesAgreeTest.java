package io.transvisor.bt.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.transvisor.bt.Tally;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.Mechanism;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random programs in all modes of the processor run on the interpreter and on compiled regions side
 * by side: after every run of some instructions all registers, the instruction count and memory,
 * fault frames included, are the same. A difference is reported with its seed and what is left of
 * the program when everything that does not matter is taken away. One in three programs runs with
 * some {@linkplain Mechanism mechanisms} switched off.
 *
 * <p>System properties: {@code transvisor.differential.programs}, {@code
 * transvisor.differential.seed} for the first of them, and {@code transvisor.differential.seconds}
 * to go on with fresh ones until the time is up.
 */
class EnginesAgreeTest {
  private static final int PROGRAMS = Integer.getInteger("transvisor.differential.programs", 300);
  private static final long FIRST_SEED = Long.getLong("transvisor.differential.seed", 1);
  private static final int SECONDS = Integer.getInteger("transvisor.differential.seconds", 0);

  /** Runs before code is compiled: with few, regions are small. */
  private static final int[] PATIENCE = {2, 5, 8, 8, 30};

  /** Most instructions in a region: with few, regions call each other the more. */
  private static final int[] REGION_SIZES = {220, 12, 25, 220, 60, 15, 220};

  private long instructions;
  private long compiled;

  @Test
  void compiledCodeDoesWhatTheInterpreterDoes() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
      compare(seed);
    }
    assertThat(compiled).isGreaterThan(PROGRAMS);
    assertThat(instructions).isGreaterThan(PROGRAMS * 4000L);
  }

  @Test
  void forAsLongAsWanted() {
    long seed = System.nanoTime();
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (System.nanoTime() < end) {
      compare(seed++);
    }
  }

  /** Mechanisms to be switched off: none, or one, or some. */
  private static Set<Mechanism> off(long seed) {
    Set<Mechanism> off = EnumSet.noneOf(Mechanism.class);
    if (seed % 3 == 0) {
      SplittableRandom random = new SplittableRandom(seed);
      for (Mechanism m : Mechanism.values()) {
        if (m != Mechanism.REGIONS && random.nextInt(3) == 0) {
          off.add(m);
        }
      }
    }
    return off;
  }

  private void compare(long seed) {
    Trial trial = Trial.draw(seed);
    // Every fourth as the hybrid engine does it.
    int patience = PATIENCE[(int) Math.floorMod(seed, (long) PATIENCE.length)];
    EngineKind kind = seed % 4 == 0 ? EngineKind.HYBRID : EngineKind.TRANSLATE;
    int size = REGION_SIZES[(int) Math.floorMod(seed, (long) REGION_SIZES.length)];
    EngineOptions options = new EngineOptions(kind, patience, size, true, off(seed));
    Comparison comparison = new Comparison(trial, options);
    Comparison.Difference difference;
    try {
      difference = comparison.run();
    } catch (RuntimeException | Error e) {
      throw new AssertionError("seed " + seed, e);
    }
    String family = "random programs, instructions: " + trial.world().kind().title;
    Tally.add("random", family, kind, comparison.instructions(), difference == null ? 0 : 1);
    if (difference != null) {
      fail(difference + System.lineSeparator() + new Shrinker(trial, options).shrink());
    }
    instructions += comparison.instructions();
    compiled += comparison.regionsCompiled();
  }
}
