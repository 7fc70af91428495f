package io.transvisor.bt.interp;

import static io.transvisor.bt.interp.PlainHandlers.plain;
import static io.transvisor.bt.interp.PlainHandlers.sequential;

import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;

/**
 * MOV to and from control registers, LMSW, SMSW, CLTS and INVLPG (SDM volume 3, 2.5; volume 2 at
 * these instructions).
 */
final class ControlRegisters {
  private static final int CR0_WRITABLE =
      CpuState.CR0_PE
          | CpuState.CR0_MP
          | CpuState.CR0_EM
          | CpuState.CR0_TS
          | CpuState.CR0_NE
          | CpuState.CR0_WP
          | CpuState.CR0_AM
          | CpuState.CR0_NW
          | CpuState.CR0_CD
          | CpuState.CR0_PG;

  /** What LMSW loads; PE only from 0 to 1. */
  private static final int MACHINE_STATUS =
      CpuState.CR0_PE | CpuState.CR0_MP | CpuState.CR0_EM | CpuState.CR0_TS;

  private ControlRegisters() {}

  static void define(FormTable t) {
    t.op("0F 20 /r:x", "mov Rd,Cd").any(plain(ControlRegisters::read));
    t.op("0F 22 /r:x", "mov Cd,Rd").any(sequential(ControlRegisters::write)).ends();
    Handler store = plain((c, i) -> c.writeW(i, c.cr0));
    t.op("0F 01 /4", "smsw Ev")
        .all(
            plain((c, i) -> c.setReg16(i.rm, c.cr0)),
            store,
            plain((c, i) -> c.gpr[i.rm] = c.cr0),
            store);
    t.op("0F 01 /6", "lmsw Ew")
        .rm(
            sequential((c, i) -> loadMachineStatus(c, c.reg16(i.rm))),
            sequential((c, i) -> {
              c.requireCpl0();
              loadMachineStatus(c, c.readW(i));
            }))
        .ends();
    t.op("0F 06", "clts").any(sequential(ControlRegisters::clearTaskSwitched)).ends();
    t.op("0F 01 /7:m", "invlpg Mb").any(sequential(ControlRegisters::invalidatePage)).ends();
    // Nothing is cached that a guest could see, so both do nothing.
    t.op("0F 08", "invd").any(plain((c, i) -> c.requireCpl0()));
    t.op("0F 09", "wbinvd").any(plain((c, i) -> c.requireCpl0()));
  }

  /** Whether the model has CR4 at all: it came with the first feature that has a bit there. */
  private static boolean hasCr4(Cpu c) {
    return cr4Writable(c.model) != 0;
  }

  private static int cr4Writable(CpuModel m) {
    return (m.has(CpuModel.VME) ? CpuState.CR4_VME | CpuState.CR4_PVI : 0)
        | (m.has(CpuModel.TSC) ? CpuState.CR4_TSD : 0)
        | (m.has(CpuModel.DE) ? CpuState.CR4_DE : 0)
        | (m.has(CpuModel.PSE) ? CpuState.CR4_PSE : 0)
        | (m.has(CpuModel.PAE) ? CpuState.CR4_PAE : 0)
        | (m.has(CpuModel.MCE) ? CpuState.CR4_MCE : 0)
        | (m.has(CpuModel.PGE) ? CpuState.CR4_PGE : 0)
        | (m.family() >= 6 ? CpuState.CR4_PCE : 0)
        | (m.has(CpuModel.FXSR) ? CpuState.CR4_OSFXSR : 0)
        | (m.has(CpuModel.SSE) ? CpuState.CR4_OSXMMEXCPT : 0);
  }

  private static void read(Cpu c, Insn i) {
    boolean exists = i.reg == 0 || i.reg == 2 || i.reg == 3 || i.reg == 4 && hasCr4(c);
    if (!exists) {
      throw c.ud();
    }
    c.requireCpl0();
    c.gpr[i.rm] =
        switch (i.reg) {
          case 0 -> c.cr0;
          case 2 -> c.cr2;
          case 3 -> c.cr3;
          default -> c.cr4;
        };
  }

  private static void write(Cpu c, Insn i) {
    boolean exists = i.reg == 0 || i.reg == 2 || i.reg == 3 || i.reg == 4 && hasCr4(c);
    if (!exists) {
      throw c.ud();
    }
    c.requireCpl0();
    int value = c.gpr[i.rm];
    switch (i.reg) {
      case 0 -> writeCr0(c, value);
      case 2 -> c.cr2 = value;
      case 3 -> writeCr3(c, value);
      default -> writeCr4(c, value);
    }
  }

  private static boolean usesPdptes(int cr0, int cr4) {
    return (cr0 & CpuState.CR0_PG) != 0 && (cr4 & CpuState.CR4_PAE) != 0;
  }

  private static void loadPdptes(Cpu c, int cr3) {
    if (!c.mmu.loadPdptes(cr3)) {
      throw c.gp(0);
    }
  }

  /**
   * Loads CR0. @throws GuestFault #GP(0) for PG without PE, NW without CD, bad page-directory
   * pointers
   */
  static void writeCr0(Cpu c, int value) {
    int next = value & CR0_WRITABLE | CpuState.CR0_ET;
    boolean protectedMode = (next & CpuState.CR0_PE) != 0;
    if ((next & CpuState.CR0_PG) != 0 && !protectedMode) {
      throw c.gp(0);
    }
    if ((next & CpuState.CR0_NW) != 0 && (next & CpuState.CR0_CD) == 0) {
      throw c.gp(0);
    }
    int changed = c.cr0 ^ next;
    int reloading = CpuState.CR0_PG | CpuState.CR0_CD | CpuState.CR0_NW;
    if ((changed & reloading) != 0 && usesPdptes(next, c.cr4)) {
      loadPdptes(c, c.cr3);
    }
    c.cr0 = next;
    c.mmu.setControl(next, c.cr3, c.cr4);
    if ((changed & CpuState.CR0_PE) != 0 && !protectedMode) {
      SegmentLoader.makeRealMode(c, CpuState.CS);
      c.updateSegmentCache(CpuState.CS);
    }
    c.deriveMode();
  }

  private static void writeCr3(Cpu c, int value) {
    if (usesPdptes(c.cr0, c.cr4)) {
      loadPdptes(c, value);
    }
    c.cr3 = value;
    c.mmu.loadCr3(value);
  }

  private static void writeCr4(Cpu c, int value) {
    if ((value & ~cr4Writable(c.model)) != 0) {
      throw c.gp(0);
    }
    int reloading = CpuState.CR4_PAE | CpuState.CR4_PGE | CpuState.CR4_PSE;
    if (((c.cr4 ^ value) & reloading) != 0 && usesPdptes(c.cr0, value)) {
      loadPdptes(c, c.cr3);
    }
    c.cr4 = value;
    c.mmu.setControl(c.cr0, c.cr3, value);
    c.deriveMode();
  }

  private static void loadMachineStatus(Cpu c, int word) {
    c.requireCpl0();
    int kept = c.cr0 & ~(MACHINE_STATUS & ~CpuState.CR0_PE);
    writeCr0(c, kept | word & MACHINE_STATUS);
  }

  private static void clearTaskSwitched(Cpu c, Insn i) {
    c.requireCpl0();
    c.cr0 &= ~CpuState.CR0_TS;
  }

  private static void invalidatePage(Cpu c, Insn i) {
    c.requireCpl0();
    c.mmu.invalidatePage(c.segBase[i.seg] + c.offset(i));
  }
}
