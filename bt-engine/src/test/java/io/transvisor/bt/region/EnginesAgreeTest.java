package io.transvisor.bt.region;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.transvisor.bt.interp.FlatMachine;
import io.transvisor.core.cpu.CpuState;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random programs run on the interpreter and on compiled regions: after every slice all registers,
 * flags, the instruction count and memory are the same. A difference is reported with its seed and
 * the first slice that shows it.
 */
class EnginesAgreeTest {
  private static final int PROGRAMS = Integer.getInteger("transvisor.differential.programs", 150);
  private static final long FIRST_SEED = Long.getLong("transvisor.differential.seed", 1);
  private static final int SLICES = 12;
  private static final int HANDLER = FlatMachine.CODE + 0x10000;
  private static final int IDT = FlatMachine.DATA + 0x40000;
  private static final int GDT = FlatMachine.DATA + 0x50000;
  private static final int STACK = FlatMachine.DATA + 0x20000;

  @Test
  void compiledCodeDoesWhatTheInterpreterDoes() {
    long compiled = 0;
    long instructions = 0;
    for (int n = 0; n < PROGRAMS; n++) {
      FlatMachine reference = machine(null, FIRST_SEED + n);
      FlatMachine tested = machine(new Regions.Policy(2, false, true), FIRST_SEED + n);
      compare(FIRST_SEED + n, reference, tested);
      compiled += tested.engine.regionsCompiled();
      instructions += tested.cpu.instructions;
    }
    assertThat(compiled).isGreaterThan(PROGRAMS);
    assertThat(instructions).isGreaterThan(PROGRAMS * 1000L);
  }

  /** Debugging aid: the shortest last slice that shows a difference, and the code around it. */
  private static String narrow(long seed, int badSlice, int badBudget) {
    for (int k = 1; k <= badBudget; k++) {
      FlatMachine a = machine(null, seed);
      FlatMachine b = machine(new Regions.Policy(2, false, true), seed);
      SplittableRandom random = new SplittableRandom(seed);
      for (int slice = 0; slice <= badSlice; slice++) {
        int budget = 100 + random.nextInt(1500);
        if (slice == badSlice) {
          a.engine.run(k - 1);
          int eip = a.cpu.eip;
          a.engine.run(1);
          b.engine.run(k);
          if (difference(a, b) != null) {
            byte[] bytes = Arrays.copyOfRange(a.memory.store(), eip - 32, eip + 16);
            return "first after %d, executing EIP %08x: %s"
                .formatted(k, eip, java.util.HexFormat.ofDelimiter(" ").formatHex(bytes));
          }
        } else {
          a.engine.run(budget);
          b.engine.run(budget);
        }
        if (random.nextInt(4) == 0) {
          a.cpu.gpr[CpuState.ECX] = b.cpu.gpr[CpuState.ECX] = random.nextInt();
        }
      }
    }
    return "only in the whole slice";
  }

  private static void compare(long seed, FlatMachine a, FlatMachine b) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int slice = 0; slice < SLICES; slice++) {
      int budget = 100 + random.nextInt(1500);
      int before = a.cpu.eip;
      a.engine.run(budget);
      b.engine.run(budget);
      String difference = difference(a, b);
      if (difference != null) {
        fail(
            "seed %d, slice %d of %d instructions from EIP %08x: %s%n-- interpreter --%n%s%n-- regions"
                + " --%n%s",
            seed,
            slice,
            budget,
            before,
            difference + "; " + narrow(seed, slice, budget),
            a.cpu.describe(),
            b.cpu.describe());
      }
      if (random.nextInt(4) == 0) {
        // What an outside event does: a run of another length, registers changed.
        a.cpu.gpr[CpuState.ECX] = b.cpu.gpr[CpuState.ECX] = random.nextInt();
      }
    }
  }

  static String difference(FlatMachine a, FlatMachine b) {
    if (a.cpu.instructions != b.cpu.instructions) {
      return "instructions " + a.cpu.instructions + " and " + b.cpu.instructions;
    }
    if (a.cpu.eip != b.cpu.eip
        || !Arrays.equals(a.cpu.gpr, b.cpu.gpr)
        || a.cpu.getEflags() != b.cpu.getEflags()
        || a.cpu.cr2 != b.cpu.cr2) {
      return "registers";
    }
    if (!Arrays.equals(a.cpu.callouts.counts, b.cpu.callouts.counts)) {
      return "callouts counted";
    }
    int at = Arrays.mismatch(a.memory.store(), b.memory.store());
    return at < 0 ? null : "memory at store index %x".formatted(at);
  }

  static FlatMachine machine(Regions.Policy policy, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FlatMachine m = new FlatMachine(policy);
    byte[] code = new RandomProgram(random).generate();
    m.memory.writeBytes(RandomProgram.START, code, 0, code.length);
    byte[] data = new byte[0x2000];
    random.nextBytes(data);
    m.memory.writeBytes(FlatMachine.DATA, data, 0, data.length);
    prepareFaults(m);
    for (int r = 0; r < 8; r++) {
      m.cpu.gpr[r] = random.nextInt();
    }
    m.cpu.gpr[CpuState.ESI] = FlatMachine.DATA + 0x800;
    m.cpu.gpr[CpuState.EBP] = FlatMachine.DATA + 0x1000;
    m.cpu.gpr[CpuState.EDI] = FlatMachine.DATA + 0x1800;
    m.cpu.gpr[CpuState.ESP] = STACK;
    m.cpu.eip = RandomProgram.START;
    if (seed % 3 == 0) {
      m.enablePaging();
      m.map(FlatMachine.DATA + 0x1000, FlatMachine.DATA + 0x1000, seed % 2 == 0 ? 1 : 0);
    }
    return m;
  }

  /** Every exception goes to a handler that counts it and starts the program again. */
  private static void prepareFaults(FlatMachine m) {
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      int type = s == CpuState.CS ? 0x9B : 0x93;
      m.memory.write(GDT + 8 * (s + 1), 4, 0x0000FFFF);
      m.memory.write(GDT + 8 * (s + 1) + 4, 4, 0x00CF0000 | type << 8);
    }
    m.cpu.gdtBase = GDT;
    m.cpu.gdtLimit = 0xFF;
    m.cpu.idtBase = IDT;
    m.cpu.idtLimit = 0x7FF;
    int cs = m.cpu.selector[CpuState.CS];
    for (int v = 0; v < 256; v++) {
      int handler = HANDLER + v * 32;
      m.memory.write(IDT + 8 * v, 4, cs << 16 | handler & 0xFFFF);
      m.memory.write(IDT + 8 * v + 4, 4, handler & 0xFFFF0000 | 0x8E00);
      byte[] code = {
        (byte) 0xFF,
        0x05,
        0,
        0,
        0,
        0, // inc dword [counter]
        (byte) 0xBC,
        0,
        0,
        0,
        0, // mov esp, STACK
        (byte) 0xBE,
        0,
        0,
        0,
        0, // mov esi
        (byte) 0xBD,
        0,
        0,
        0,
        0, // mov ebp
        (byte) 0xE9,
        0,
        0,
        0,
        0 // jmp START
      };
      m.memory.writeBytes(handler, code, 0, code.length);
      m.memory.write(handler + 2, 4, FlatMachine.DATA + 0x60000 + 4 * v);
      m.memory.write(handler + 7, 4, STACK);
      m.memory.write(handler + 12, 4, FlatMachine.DATA + 0x800);
      m.memory.write(handler + 17, 4, FlatMachine.DATA + 0x1000);
      m.memory.write(handler + 22, 4, RandomProgram.START - (handler + 26));
    }
  }
}
