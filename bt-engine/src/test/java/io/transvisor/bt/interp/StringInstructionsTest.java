package io.transvisor.bt.interp;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.port.PortHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What recorded vectors do not reach: long repetitions in pages, interruption, faults in the
 * middle, devices.
 */
class StringInstructionsTest {
  private static final int REP = 0xF3;
  private static final int REPNE = 0xF2;
  private static final int MOVSB = 0xA4;
  private static final int MOVSD = 0xA5;
  private static final int CMPSB = 0xA6;
  private static final int STOSB = 0xAA;
  private static final int STOSD = 0xAB;
  private static final int LODSB = 0xAC;
  private static final int SCASB = 0xAE;
  private static final int INSW = 0x6D;
  private static final int OUTSB = 0x6E;
  private static final int BUFFER = FlatMachine.DATA;

  private final FlatMachine machine = new FlatMachine();
  private final Cpu cpu = machine.cpu;

  private void registers(int ecx, int esi, int edi, int eax) {
    cpu.gpr[CpuState.ECX] = ecx;
    cpu.gpr[CpuState.ESI] = esi;
    cpu.gpr[CpuState.EDI] = edi;
    cpu.gpr[CpuState.EAX] = eax;
  }

  private void assertRegisters(int ecx, int esi, int edi) {
    assertThat(cpu.gpr[CpuState.ECX]).isEqualTo(ecx);
    assertThat(cpu.gpr[CpuState.ESI]).isEqualTo(esi);
    assertThat(cpu.gpr[CpuState.EDI]).isEqualTo(edi);
  }

  /** Runs the loaded instruction until it is done; gives the number of times it was started. */
  private int runToEnd(int length) {
    cpu.eip = machine.entry();
    int runs = 0;
    do {
      machine.engine.run(1);
      runs++;
    } while (cpu.eip == machine.entry());
    assertThat(cpu.eip).isEqualTo(machine.entry() + length);
    return runs;
  }

  private byte[] fill(int at, int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    machine.memory.writeBytes(at, bytes, 0, length);
    return bytes;
  }

  private byte[] bytes(int at, int length) {
    byte[] bytes = new byte[length];
    machine.memory.readBytes(at, bytes, 0, length);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {-5000, -4096, -100, -17, -4, -3, -1, 0, 1, 2, 3, 4, 5, 16, 17, 100, 4095, 4096, 5000})
  void overlappingCopiesGoElementByElement(int distance) {
    for (int size : new int[] {1, 4}) {
      for (boolean down : new boolean[] {false, true}) {
        int count = 9001;
        byte[] model = fill(BUFFER, 0x18000, distance);
        int src = 0x8003 + (down ? size * count : 0);
        int dst = src + distance;
        int step = down ? -size : size;
        for (int k = 0; k < count; k++) {
          byte[] element = new byte[size];
          System.arraycopy(model, src + k * step, element, 0, size);
          System.arraycopy(element, 0, model, dst + k * step, size);
        }
        registers(count, BUFFER + src, BUFFER + dst, 0);
        cpu.setEflags(down ? CpuState.DF : 0);
        machine.load(REP, size == 1 ? MOVSB : MOVSD);
        runToEnd(2);
        assertThat(bytes(BUFFER, model.length)).isEqualTo(model);
        assertRegisters(0, BUFFER + src + count * step, BUFFER + dst + count * step);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fillsAcrossPages(boolean down) {
    byte[] model = fill(BUFFER, 0xC000, 1);
    int count = 6000;
    int start = down ? 0x9FF2 : 0x1FF2;
    int step = down ? -4 : 4;
    for (int k = 0; k < 4 * count; k++) {
      int element = start + k / 4 * step;
      model[element + k % 4] = (byte) (0x12345678 >>> 8 * (k % 4));
    }
    registers(count, 0, BUFFER + start, 0x12345678);
    cpu.setEflags(down ? CpuState.DF : 0);
    machine.load(REP, STOSD);
    runToEnd(2);
    assertThat(bytes(BUFFER, model.length)).isEqualTo(model);
    assertRegisters(0, 0, BUFFER + start + count * step);
  }

  @Test
  void longRepetitionsLetInterruptsIn() {
    registers(100_000, 0, BUFFER, 0);
    machine.load(REP, STOSB);
    assertThat(runToEnd(2)).isEqualTo(100_000 / Strings.MAX_ITERATIONS + 1);
    assertRegisters(0, 0, BUFFER + 100_000);
  }

  @Test
  void countOfZeroDoesNothing() {
    machine.memory.write(BUFFER, 4, 0x11223344);
    for (int opcode : new int[] {MOVSB, STOSB, LODSB, CMPSB, SCASB, INSW, OUTSB}) {
      registers(0, BUFFER, BUFFER, 0);
      cpu.setEflags(CpuState.CF | CpuState.ZF);
      machine.load(REP, opcode);
      assertThat(runToEnd(2)).isEqualTo(1);
      assertRegisters(0, BUFFER, BUFFER);
      assertThat(cpu.getEflags() & CpuState.ARITHMETIC_FLAGS).isEqualTo(CpuState.CF | CpuState.ZF);
    }
    assertThat(machine.memory.read(BUFFER, 4)).isEqualTo(0x11223344);
  }

  @Test
  void scanFindsAByteFarAway() {
    machine.memory.writeBytes(BUFFER, new byte[0x10000], 0, 0x10000);
    machine.memory.write(BUFFER + 0x8765, 1, 'x');
    registers(-1, 0, BUFFER, 'x');
    machine.load(REPNE, SCASB);
    runToEnd(2);
    assertRegisters(-1 - 0x8766, 0, BUFFER + 0x8766);
    assertThat(cpu.zero()).isTrue();
  }

  @Test
  void comparisonStopsAtTheFirstDifference() {
    byte[] same = fill(BUFFER, 0x6000, 7);
    machine.memory.writeBytes(BUFFER + 0x8005, same, 0, same.length);
    int different = 0x5123;
    machine.memory.write(BUFFER + 0x8005 + different, 1, same[different] + 1);
    registers(0x6000, BUFFER, BUFFER + 0x8005, 0);
    machine.load(REP, CMPSB);
    runToEnd(2);
    assertRegisters(
        0x6000 - different - 1, BUFFER + different + 1, BUFFER + 0x8005 + different + 1);
    assertThat(cpu.zero()).isFalse();
  }

  @Test
  void offsetsWrapInSixteenBits() {
    machine.setMode(true);
    for (int k = 0; k < 0x10000; k++) {
      machine.memory.write(BUFFER + k, 1, k * 7);
    }
    registers(0xABCD0020, 0x1234FFF0, 0x55550100, 0);
    machine.load(REP, MOVSB);
    runToEnd(2);
    for (int k = 0; k < 0x20; k++) {
      assertThat(machine.memory.read(BUFFER + 0x100 + k, 1))
          .isEqualTo((0xFFF0 + k & 0xFFFF) * 7 & 0xFF);
    }
    assertRegisters(0xABCD0000, 0x12340010, 0x55550120);
  }

  @Test
  void segmentLimitStopsInTheMiddle() {
    cpu.segLimit[CpuState.ES] = BUFFER + 0x2FFF;
    cpu.updateSegmentCache(CpuState.ES);
    registers(0x1000, 0, BUFFER + 0x2800, -1);
    machine.load(REP, STOSB);
    assertThat(machine.fault()).isEqualTo(GuestFault.GP);
    assertRegisters(0x800, 0, BUFFER + 0x3000);
    assertThat(machine.memory.read(BUFFER + 0x2FFF, 1)).isEqualTo(0xFF);
    assertThat(machine.memory.read(BUFFER + 0x3000, 1)).isZero();
    assertThat(cpu.eip).isEqualTo(machine.entry());
  }

  @ParameterizedTest
  @CsvSource({
    "A4, true",
    "A4, false",
    "AA, true",
    "AC, false",
    "A6, true",
    "A6, false",
    "AE, true",
    "6D, true",
    "6E, false"
  })
  void pageFaultsLeaveFinishedIterationsDone(String opcode, boolean atDestination) {
    machine.enablePaging();
    machine.ports.register("test", 0x300, 4, 2, new Counter());
    byte[] zeros = new byte[0x3000];
    machine.memory.writeBytes(BUFFER, zeros, 0, zeros.length);
    int op = Integer.parseInt(opcode, 16);
    int size = op == INSW ? 4 : 1;
    int missing = BUFFER + 0x1000;
    machine.map(missing, missing, 0);
    int near = missing - 0x10;
    registers(0x40, atDestination ? BUFFER : near, atDestination ? near : BUFFER, 0);
    cpu.gpr[CpuState.EDX] = 0x300;
    cpu.setEflags(CpuState.CF | CpuState.SF);
    machine.load(REP, op);
    assertThat(machine.fault()).isEqualTo(GuestFault.PF);
    assertThat(cpu.mmu.pageFault().address).isEqualTo(missing);
    assertThat(cpu.gpr[CpuState.ECX]).isEqualTo(0x40 - 0x10 / size);
    assertThat(cpu.gpr[atDestination ? CpuState.EDI : CpuState.ESI]).isEqualTo(missing);
    assertThat(cpu.getEflags() & CpuState.ARITHMETIC_FLAGS).isEqualTo(CpuState.CF | CpuState.SF);
    assertThat(cpu.eip).isEqualTo(machine.entry());
    // With the page there, the rest is done.
    machine.map(missing, missing, 3);
    runToEnd(2);
    assertThat(cpu.gpr[CpuState.ECX]).isZero();
  }

  /** Gives 1, 2, 3 and so on, and remembers what is written. */
  private static final class Counter implements PortHandler {
    int reads;
    final List<Integer> written = new ArrayList<>();

    @Override
    public int read(int offset, int width) {
      return ++reads;
    }

    @Override
    public void write(int offset, int width, int value) {
      written.add(value);
    }
  }

  @Test
  void pageFaultLosesNoPortData() {
    machine.enablePaging();
    Counter counter = new Counter();
    machine.ports.register("test", 0x300, 4, 2, counter);
    int missing = BUFFER + 0x1000;
    machine.map(missing, missing, 1);
    registers(10, 0, missing - 7, 0);
    cpu.gpr[CpuState.EDX] = 0x300;
    machine.load(REP, 0x66, INSW);
    // The fourth word would end in the read-only page.
    assertThat(machine.fault()).isEqualTo(GuestFault.PF);
    assertThat(counter.reads).isEqualTo(3);
    assertRegisters(7, 0, missing - 1);
    machine.map(missing, missing, 3);
    runToEnd(3);
    for (int k = 0; k < 10; k++) {
      assertThat(machine.memory.read(missing - 7 + 2 * k, 2)).isEqualTo(k + 1);
    }
  }

  @Test
  void outputGoesInOrder() {
    Counter counter = new Counter();
    machine.ports.register("test", 0x300, 4, 2, counter);
    byte[] data = fill(BUFFER, 600, 3);
    registers(600, BUFFER, 0, 0);
    cpu.gpr[CpuState.EDX] = 0x300;
    machine.load(REP, OUTSB);
    assertThat(runToEnd(2)).isEqualTo(3);
    assertThat(counter.written).hasSize(600);
    for (int k = 0; k < 600; k++) {
      assertThat(counter.written.get(k)).isEqualTo(data[k] & 0xFF);
    }
  }

  @Test
  void devicesSeeEveryElement() {
    List<String> accesses = new ArrayList<>();
    machine.memory.mapMmio(
        "device",
        0xE0000000,
        0x1000,
        new MmioHandler() {
          @Override
          public int read(int offset, int width) {
            accesses.add("r" + offset + "/" + width);
            return offset;
          }

          @Override
          public void write(int offset, int width, int value) {
            accesses.add("w" + offset + "/" + width + "=" + value);
          }
        },
        1);
    registers(3, 0xE0000000, 0xE0000100, 0);
    machine.load(REP, MOVSD);
    runToEnd(2);
    assertThat(accesses)
        .containsExactly("r0/4", "w256/4=0", "r4/4", "w260/4=4", "r8/4", "w264/4=8");
    accesses.clear();
    registers(2, 0xE0000010, 0, 0);
    machine.load(REP, LODSB);
    runToEnd(2);
    assertThat(accesses).containsExactly("r16/1", "r17/1");
    assertThat(cpu.gpr[CpuState.EAX]).isEqualTo(17);
  }

  @Test
  void fillOverItsOwnCodeIsSeen() {
    // rep stosb over the instructions after it, which become "inc eax" with 40 in AL.
    machine.load(REP, STOSB, 0x90, 0x90, 0x90, 0x90);
    machine.engine.run(0);
    registers(4, 0, machine.entry() + 2, 0x40);
    cpu.eip = machine.entry();
    machine.engine.run(5);
    assertThat(cpu.gpr[CpuState.EAX]).isEqualTo(0x44);
  }

  @Test
  void singleStepTrapsAfterEachIteration() {
    registers(5, 0, BUFFER, 0);
    cpu.setEflags(CpuState.TF);
    machine.load(REP, STOSB);
    machine.step();
    assertThat(cpu.gpr[CpuState.ECX]).isEqualTo(4);
  }
}
