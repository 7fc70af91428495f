package io.transvisor.bt.fpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.bt.ProgramMachine;
import io.transvisor.bt.Tally;
import io.transvisor.bt.interp.EngineKind;
import io.transvisor.core.cpu.CpuState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * MMX instructions: lane arithmetic against a processor's results, and their effect on the x87
 * state.
 */
class MmxTest {
  private static final int MAGIC = 0x56584D4D;

  // Operands and results of programs.
  private static final int A = ProgramMachine.DATA;
  private static final int B = ProgramMachine.DATA + 8;
  private static final int RESULT = ProgramMachine.DATA + 16;

  private static final FpuMachine MACHINE = new FpuMachine();

  private final FpuMachine machine = MACHINE;

  @BeforeEach
  void initialize() {
    machine.fpu.initialize();
  }

  record Recording(int opcode, long[] a, long[] b, long[] result) {
    @Override
    public String toString() {
      return "0F %02X".formatted(opcode);
    }
  }

  static List<Recording> recordings() throws IOException {
    try (InputStream in = new GZIPInputStream(MmxTest.class.getResourceAsStream("/fpu/mmx.gz"))) {
      ByteBuffer data = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(data.getInt()).isEqualTo(MAGIC);
      long[] values = longs(data, data.getShort());
      int instructions = data.getShort();
      List<Recording> recordings = new ArrayList<>();
      for (int i = 0; i < instructions; i++) {
        int opcode = data.get() & 0xFF;
        int count = data.getShort();
        long[] a = pick(values, data, count);
        long[] b = pick(values, data, count);
        recordings.add(new Recording(opcode, a, b, longs(data, count)));
      }
      return recordings;
    }
  }

  private static long[] longs(ByteBuffer data, int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = data.getLong();
    }
    return values;
  }

  private static long[] pick(long[] values, ByteBuffer data, int count) {
    long[] picked = new long[count];
    for (int i = 0; i < count; i++) {
      picked[i] = values[data.get() & 0xFF];
    }
    return picked;
  }

  static Stream<Arguments> recordingsOnEngines() throws IOException {
    return recordings().stream()
        .flatMap(r -> Arrays.stream(EngineKind.values()).map(e -> Arguments.of(r, e)));
  }

  @ParameterizedTest
  @MethodSource("recordingsOnEngines")
  void agreesWithTheProcessor(Recording recording, EngineKind engine) {
    ProgramMachine tested = new ProgramMachine(engine, "pentium2", 4);
    int[] registers = {0x0F, recording.opcode(), 0xC1};
    int[] memory = {0x0F, recording.opcode(), 0x07};
    // movq mm0, [esi]; movq mm1, [edi]; ...; movq [ebx], mm0
    int[] loads = {0x0F, 0x6F, 0x06, 0x0F, 0x6F, 0x0F};
    int[] store = {0x0F, 0x7F, 0x03};
    for (int[] code : List.of(registers, memory)) {
      replay(tested, recording, code, false);
      replay(
          tested,
          recording,
          Stream.of(loads, code, store).flatMapToInt(Arrays::stream).toArray(),
          true);
    }
    Tally.add("mmx", "MMX", engine, 4L * recording.result().length, 0);
    assertThat(tested.wasCompiled()).isEqualTo(engine != EngineKind.INTERPRET);
  }

  private static void replay(ProgramMachine m, Recording recording, int[] code, boolean moves) {
    m.load(false, code);
    for (int k = 0; k < recording.result().length; k++) {
      long a = recording.a()[k];
      long b = recording.b()[k];
      m.cpu.fpu.initialize();
      m.cpu.fpu.significand[0] = moves ? 0 : a;
      m.cpu.fpu.significand[1] = moves ? 0 : b;
      put(m, A, a);
      put(m, B, b);
      m.cpu.gpr[CpuState.ESI] = A;
      m.cpu.gpr[CpuState.EDI] = B;
      m.cpu.gpr[CpuState.EBX] = RESULT;
      assertThat(m.run()).isEqualTo(-1);
      long result = m.cpu.fpu.significand[0];
      if (moves) {
        result = m.memory.read(RESULT, 4) & 0xFFFFFFFFL | (long) m.memory.read(RESULT + 4, 4) << 32;
      }
      if (result != recording.result()[k] || m.cpu.fpu.significand[0] != result) {
        assertThat(result).as("%016x, %016x", a, b).isEqualTo(recording.result()[k]);
        assertThat(m.cpu.fpu.significand[0]).isEqualTo(result);
      }
      assertThat(m.cpu.fpu.empty).isZero();
    }
  }

  private static void put(ProgramMachine m, int address, long value) {
    m.memory.write(address, 4, (int) value);
    m.memory.write(address + 4, 4, (int) (value >>> 32));
  }

  @ParameterizedTest
  @CsvSource({
    "71, D2, 4, 0FF8 0123 0456 0789", // psrlw
    "71, E2, 4, FFF8 0123 0456 0789", // psraw
    "71, F2, 4, F880 2340 5670 8900", // psllw
    "72, E2, 16, FFFF FF88 0000 4567", // psrad
    "73, D2, 32, 0000 0000 FF88 1234", // psrlq
    "73, F2, 64, 0000 0000 0000 0000", // psllq
  })
  void shiftsByAnImmediate(String opcode, String modRm, int count, String result) {
    machine.fpu.significand[2] = 0xFF88_1234_4567_7890L;
    machine.execute(0x0F, Integer.parseInt(opcode, 16), Integer.parseInt(modRm, 16), count);
    long expected = Long.parseUnsignedLong(result.replace(" ", ""), 16);
    assertThat(machine.fpu.significand[2]).isEqualTo(expected);
  }

  @Test
  void writingARegisterMakesAllX87RegistersUsed() {
    machine.load(1.5);
    machine.put(FpuMachine.OPERAND, 0x1122334455667788L);
    machine.execute(0x0F, 0x6F, 0x1F); // movq mm3, [edi]
    assertThat(machine.fpu.top).isZero();
    assertThat(machine.fpu.empty).isZero();
    assertThat(machine.fpu.significand[3]).isEqualTo(0x1122334455667788L);
    assertThat(machine.fpu.signExponent[3]).isEqualTo(0xFFFF);
    machine.execute(0x0F, 0x77);
    assertThat(machine.fpu.empty).isEqualTo(0xFF);
  }

  @Test
  void movesDoublewords() {
    machine.cpu.gpr[1] = 0x89ABCDEF;
    machine.execute(0x0F, 0x6E, 0xE1); // movd mm4, ecx
    assertThat(machine.fpu.significand[4]).isEqualTo(0x89ABCDEFL);
    machine.fpu.significand[4] = 0x0123456776543210L;
    machine.execute(0x0F, 0x7E, 0xE2); // movd edx, mm4
    assertThat(machine.cpu.gpr[2]).isEqualTo(0x76543210);
    machine.put(FpuMachine.OPERAND, -1);
    machine.execute(0x0F, 0x7E, 0x27); // movd [edi], mm4
    assertThat(machine.get(FpuMachine.OPERAND)).isEqualTo(0xFFFFFFFF76543210L);
    machine.execute(0x0F, 0x7F, 0x27); // movq [edi], mm4
    assertThat(machine.get(FpuMachine.OPERAND)).isEqualTo(0x0123456776543210L);
    machine.execute(0x0F, 0x7F, 0xE0); // movq mm0, mm4
    assertThat(machine.fpu.significand[0]).isEqualTo(0x0123456776543210L);
  }
}
