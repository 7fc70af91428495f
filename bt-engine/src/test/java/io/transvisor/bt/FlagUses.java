package io.transvisor.bt;

import io.transvisor.core.cpu.CpuState;
import java.util.Arrays;

/**
 * Instructions that use every flag, to be put behind one under test: SETcc of every condition, then
 * an INC, which keeps CF, and an ADC, which reads it.
 */
public final class FlagUses {
  /** Offset from {@link ProgramMachine#DATA} of the bytes they write. */
  private static final int PLACE = 0x2000;

  private static final int CONDITIONS = 16;

  /** Flags a condition depends on, by its number without the lowest bit. */
  private static final int[] FLAGS = {
    CpuState.OF,
    CpuState.CF,
    CpuState.ZF,
    CpuState.CF | CpuState.ZF,
    CpuState.SF,
    CpuState.PF,
    CpuState.SF | CpuState.OF,
    CpuState.ZF | CpuState.SF | CpuState.OF
  };

  private FlagUses() {}

  /** The bytes of a program with the uses behind it. */
  public static int[] behind(int[] code, boolean mode16) {
    int[] all = Arrays.copyOf(code, code.length + (CONDITIONS + 2) * 8);
    int at = code.length;
    for (int n = 0; n < CONDITIONS; n++) {
      at = put(all, at, mode16, n, 0x0F, 0x90 + n, 0);
    }
    at = put(all, at, mode16, CONDITIONS, 0xFE, 0);
    at = put(all, at, mode16, CONDITIONS + 1, 0x80, 2 << 3);
    all[at++] = 0;
    return Arrays.copyOf(all, at);
  }

  /**
   * @param opcode its last byte is ModRM without the addressing mode
   */
  private static int put(int[] code, int start, boolean mode16, int place, int... opcode) {
    int at = start;
    for (int b : opcode) {
      code[at++] = b;
    }
    code[at - 1] |= mode16 ? 6 : 5;
    int address = (mode16 ? 0 : ProgramMachine.DATA) + PLACE + place;
    for (int k = 0; k < (mode16 ? 2 : 4); k++) {
      code[at++] = address >> 8 * k & 0xFF;
    }
    return at;
  }

  /** To be called before each run. */
  public static void prepare(ProgramMachine machine) {
    machine.memory.write(ProgramMachine.DATA + PLACE + CONDITIONS, 2, 0);
  }

  /**
   * What they saw that is not so, in words; empty if all is well.
   *
   * @param flags as EFLAGS has them
   * @param defined those that are to be looked at
   */
  public static String difference(ProgramMachine machine, int flags, int defined) {
    StringBuilder wrong = new StringBuilder();
    int uses = ProgramMachine.DATA + PLACE;
    for (int n = 0; n < CONDITIONS; n++) {
      int seen = machine.memory.read(uses + n, 1);
      if ((FLAGS[n >> 1] & ~defined) == 0 && (seen != 0) != holds(n, flags)) {
        wrong.append(" condition %x is %d".formatted(n, seen));
      }
    }
    int carry = machine.memory.read(uses + CONDITIONS + 1, 1);
    if ((defined & CpuState.CF) != 0 && carry != (flags & CpuState.CF)) {
      wrong.append(" carry kept is %x".formatted(carry));
    }
    return wrong.toString();
  }

  private static boolean holds(int condition, int f) {
    boolean less = (f & CpuState.SF) != 0 != ((f & CpuState.OF) != 0);
    boolean holds =
        switch (condition >> 1) {
          case 6 -> less;
          case 7 -> less || (f & CpuState.ZF) != 0;
          default -> (f & FLAGS[condition >> 1]) != 0;
        };
    return holds != ((condition & 1) != 0);
  }
}
