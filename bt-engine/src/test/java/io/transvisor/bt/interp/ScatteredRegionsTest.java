package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A program and a library on pages of their own, which are not always mapped together. */
class ScatteredRegionsTest {
  private static final int LOOPS = 20_000;
  private static final int LIBRARY = FlatMachine.CODE + 0x10000;
  private static final int[] PLACES = {LIBRARY + 0x1000, LIBRARY + 0x2000, LIBRARY};
  private static final int PRESENT = 3;

  /** again: call LIBRARY; dec ecx; jnz again; hlt. */
  private static final byte[] PROGRAM = HexFormat.of().parseHex("E8000000004975F8F4");

  /** add eax,3; ret. */
  private static final byte[] FUNCTION = HexFormat.of().parseHex("83C003C3");

  private final FlatMachine m =
      new FlatMachine(new EngineOptions(EngineKind.TRANSLATE, 20, 100, true, Set.of()));

  @BeforeEach
  void compileTogether() {
    for (int place : PLACES) {
      m.memory.writeBytes(place, FUNCTION, 0, FUNCTION.length);
    }
    m.enablePaging();
    ByteBuffer code = ByteBuffer.wrap(PROGRAM.clone()).order(ByteOrder.LITTLE_ENDIAN);
    code.putInt(1, LIBRARY - (m.entry() + 5));
    m.memory.writeBytes(m.entry(), code.array(), 0, PROGRAM.length);
    run();
  }

  private Outcome start() {
    m.cpu.halted = false;
    m.cpu.eip = m.entry();
    m.cpu.gpr[CpuState.EAX] = 0;
    m.cpu.gpr[CpuState.ECX] = LOOPS;
    m.cpu.gpr[CpuState.ESP] = FlatMachine.DATA + 0x1000;
    return m.engine.run(10 * LOOPS);
  }

  /** Runs the program; how many instructions were not in regions. */
  private long run() {
    long before = m.cpu.instructions - counted("instructions.in-regions");
    assertThat(start()).isEqualTo(Outcome.HALTED);
    assertThat(m.cpu.gpr[CpuState.EAX]).isEqualTo(3 * LOOPS);
    return m.cpu.instructions - counted("instructions.in-regions") - before;
  }

  private long counted(String what) {
    Map<String, Long> counted = new HashMap<>();
    m.engine.counters(counted::put);
    return counted.get(what);
  }

  @Test
  void aRegionIsCompiledInPartsWhenItsPagesAreFoundApart() {
    for (int place : PLACES) {
      m.map(LIBRARY, place, PRESENT);
      assertThat(run()).isLessThan(LOOPS / 4);
    }
    long scattered = counted("regions.retired.scattered");
    assertThat(scattered).isPositive();
    for (int place : PLACES) {
      m.map(LIBRARY, place, PRESENT);
      assertThat(run()).isLessThan(100);
    }
    assertThat(counted("regions.retired.scattered")).isEqualTo(scattered);
  }

  @Test
  void aPageThatIsMappedLaterIsFoundThen() {
    m.map(LIBRARY, 0, 0);
    assertThat(start()).isEqualTo(Outcome.TRIPLE_FAULT);
    m.memory.write((m.cpu.cr3 & ~0xFFF) + 0x1000 + 4 * (LIBRARY >>> 12), 4, LIBRARY | PRESENT);
    assertThat(run()).isLessThan(200);
  }
}
