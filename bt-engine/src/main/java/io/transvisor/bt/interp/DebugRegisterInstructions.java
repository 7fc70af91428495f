package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;
import static io.transvisor.bt.interp.PlainHandlers.sequential;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;

/** MOV to and from debug registers (SDM volume 3, 17.2). */
final class DebugRegisterInstructions {
  private static final int DR6_FIXED = 0xFFFF0FF0;
  private static final int DR6_WRITABLE = 0xE00F;
  private static final int DR7_FIXED = 0x400;
  private static final int DR7_WRITABLE = 0xFFFF23FF;

  private DebugRegisterInstructions() {}

  static void define(FormTable t) {
    t.op("0F 21 /r:x", "mov Rd,Dd").any(plain(DebugRegisterInstructions::read));
    t.op("0F 23 /r:x", "mov Dd,Rd").any(sequential(DebugRegisterInstructions::write)).ends();
  }

  /**
   * Checks the access and gives the register: DR4 and DR5 are other names of DR6 and DR7 without
   * CR4.DE.
   */
  private static int check(Cpu c, int register) {
    boolean alias = register == 4 || register == 5;
    if (alias && (c.cr4 & CpuState.CR4_DE) != 0) {
      throw c.ud();
    }
    c.requireCpl0();
    if ((c.dr[7] & DebugExceptions.DR7_GENERAL_DETECT) != 0) {
      c.dr[6] |= DebugExceptions.DR6_GENERAL_DETECT;
      throw c.fault(GuestFault.DB, Exceptions.GENERAL_DETECT);
    }
    return alias ? register + 2 : register;
  }

  private static void read(Cpu c, Insn i) {
    c.gpr[i.rm] = c.dr[check(c, i.reg)];
  }

  private static void write(Cpu c, Insn i) {
    int register = check(c, i.reg);
    int value = c.gpr[i.rm];
    c.dr[register] =
        switch (register) {
          case 6 -> value & DR6_WRITABLE | DR6_FIXED;
          case 7 -> value & DR7_WRITABLE | DR7_FIXED;
          default -> value;
        };
    c.deriveMode();
  }
}
