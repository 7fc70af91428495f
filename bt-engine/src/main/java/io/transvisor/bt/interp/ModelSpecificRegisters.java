package io.transvisor.bt.interp;

import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.InterruptController;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * The model-specific registers that RDMSR and WRMSR reach (SDM volume 4, tables of the Pentium 4,
 * the P6 family and the Pentium). Most only hold what is written: caches, machine checks and
 * performance events have nothing behind them here. Which exist follows from the model's family and
 * features.
 */
final class ModelSpecificRegisters {
  static final int P5_MC_ADDR = 0;
  static final int P5_MC_TYPE = 1;
  static final int TSC = 0x10;
  static final int PLATFORM_ID = 0x17;
  static final int APIC_BASE = 0x1B;
  static final int EBL_CR_POWERON = 0x2A;
  static final int BIOS_UPDT_TRIG = 0x79;
  static final int BIOS_SIGN = 0x8B;
  static final int PERFCTR0 = 0xC1;
  static final int MTRR_CAP = 0xFE;
  static final int SYSENTER_CS = 0x174;
  static final int SYSENTER_ESP = 0x175;
  static final int SYSENTER_EIP = 0x176;
  static final int MCG_CAP = 0x179;
  static final int MCG_STATUS = 0x17A;
  static final int DEBUGCTL = 0x1D9;
  static final int MISC_ENABLE = 0x1A0;
  static final int MTRR_PHYS_BASE_0 = 0x200;
  static final int PAT = 0x277;
  static final int MTRR_DEF_TYPE = 0x2FF;
  static final int PENTIUM_4_COUNTER0 = 0x300;
  static final int PENTIUM_4_CONTROL0 = 0x360;
  static final int PENTIUM_4_SELECT0 = 0x3A0;
  static final int MC0_CTL = 0x400;

  private static final int VARIABLE_MTRRS = 8;
  private static final int MACHINE_CHECK_BANKS = 5;
  private static final int PENTIUM_4_COUNTERS = 18;
  private static final int PENTIUM_4_SELECTS = 0x42;

  /** Fast strings; neither branch traces nor precise event sampling. */
  private static final long MISC_ENABLE_RESET = 1 | 1 << 11 | 1 << 12;

  /** Eight variable ranges, fixed ranges, write combining. */
  private static final long MTRR_CAP_VALUE = VARIABLE_MTRRS | 1 << 8 | 1 << 10;

  private static final long PAT_RESET = 0x0007_0406_0007_0406L;
  private static final long PHYSICAL_ADDRESS = (1L << 36) - 1;
  private static final long APIC_BASE_BITS =
      PHYSICAL_ADDRESS & -4096
          | InterruptController.APIC_BASE_BSP
          | InterruptController.APIC_BASE_ENABLE;
  private static final long PERFCTR_MASK = (1L << 40) - 1;

  /** Memory types 0, 1, 4, 5, 6; bit n is type n. PAT knows 7 (UC-) as well. */
  private static final int MTRR_TYPES = 0x73;

  private static final int PAT_TYPES = 0xF3;

  /** P6 registers without a meaning here that firmware and kernels write and read back. */
  private static final int[] P6_STORAGE = {
    EBL_CR_POWERON,
    0x33,
    0x88,
    0x89,
    0x8A,
    PERFCTR0,
    0xC2,
    0x116,
    0x118,
    0x119,
    0x11A,
    0x11B,
    0x11E,
    0x186,
    0x187,
    DEBUGCTL,
    0x1E0
  };

  /** The same of the Pentium 4: power-on configuration, bus frequency, event counting. */
  private static final int[] PENTIUM_4_STORAGE = {
    EBL_CR_POWERON, 0x2B, 0x2C, DEBUGCTL, 0x1DA, 0x3F1, 0x3F2
  };

  /** Last branch and last exception addresses: never recorded. */
  private static final int[] P6_READ_ONLY = {PLATFORM_ID, 0x1DB, 0x1DC, 0x1DD, 0x1DE};

  private static final int[] FIXED_MTRRS = {
    0x250, 0x258, 0x259, 0x268, 0x269, 0x26A, 0x26B, 0x26C, 0x26D, 0x26E, 0x26F
  };

  private final Cpu c;
  private final Map<Integer, Long> values = new TreeMap<>();

  ModelSpecificRegisters(Cpu c) {
    this.c = c;
  }

  /** The state after RESET#. */
  void reset() {
    values.clear();
    CpuModel m = c.model;
    if (m.has(CpuModel.MCE)) {
      define(P5_MC_ADDR, P5_MC_TYPE);
    }
    if (m.family() == 5) {
      // Test registers, and the event counters of the Pentium: CESR, CTR0, CTR1.
      define(IntStream.rangeClosed(2, 0xE).toArray());
      define(0x11, 0x12, 0x13);
    }
    if (m.family() >= 6) {
      define(P6_READ_ONLY);
      define(BIOS_UPDT_TRIG, BIOS_SIGN);
    }
    if (m.family() == 6) {
      define(P6_STORAGE);
    }
    if (m.family() == 15) {
      define(PENTIUM_4_STORAGE);
      defineRange(PENTIUM_4_COUNTER0, PENTIUM_4_COUNTERS);
      defineRange(PENTIUM_4_CONTROL0, PENTIUM_4_COUNTERS);
      defineRange(PENTIUM_4_SELECT0, PENTIUM_4_SELECTS);
      values.put(MISC_ENABLE, MISC_ENABLE_RESET);
    }
    if (m.has(CpuModel.MTRR)) {
      defineRange(MTRR_PHYS_BASE_0, 2 * VARIABLE_MTRRS);
      define(FIXED_MTRRS);
      define(MTRR_DEF_TYPE);
      values.put(MTRR_CAP, MTRR_CAP_VALUE);
    }
    if (m.has(CpuModel.PAT)) {
      values.put(PAT, PAT_RESET);
    }
    if (m.has(CpuModel.MCA)) {
      values.put(MCG_CAP, (long) MACHINE_CHECK_BANKS);
      define(MCG_STATUS);
      defineRange(MC0_CTL, 4 * MACHINE_CHECK_BANKS);
    }
    c.sysenterCs = 0;
    c.sysenterEsp = 0;
    c.sysenterEip = 0;
    TimeStampCounter.write(c, 0);
  }

  private void define(int... registers) {
    for (int r : registers) {
      values.put(r, 0L);
    }
  }

  private void defineRange(int first, int count) {
    define(IntStream.range(first, first + count).toArray());
  }

  /** RDMSR. @throws GuestFault #GP(0) for a register the model does not have */
  long read(int register) {
    if (register == TSC && c.model.has(CpuModel.TSC)) {
      return TimeStampCounter.read(c);
    }
    if (c.model.has(CpuModel.SEP)) {
      switch (register) {
        case SYSENTER_CS -> {
          return c.sysenterCs & 0xFFFFFFFFL;
        }
        case SYSENTER_ESP -> {
          return c.sysenterEsp & 0xFFFFFFFFL;
        }
        case SYSENTER_EIP -> {
          return c.sysenterEip & 0xFFFFFFFFL;
        }
        default -> {}
      }
    }
    if (register == APIC_BASE && hasApicBase()) {
      return c.interrupts.apicBase();
    }
    Long value = values.get(register);
    if (value == null) {
      throw c.gp(0);
    }
    return value;
  }

  /**
   * WRMSR. @throws GuestFault #GP(0) for a register that does not exist or is read-only, and for
   * reserved bits
   */
  void write(int register, long value) {
    if (register == TSC && c.model.has(CpuModel.TSC)) {
      // The P6 family loads the low half only and clears the high one.
      TimeStampCounter.write(c, c.model.family() >= 6 ? value & 0xFFFFFFFFL : value);
      return;
    }
    if (c.model.has(CpuModel.SEP) && register >= SYSENTER_CS && register <= SYSENTER_EIP) {
      writeSysenter(register, (int) value);
      return;
    }
    if (register == APIC_BASE && hasApicBase()) {
      if ((value & ~APIC_BASE_BITS) != 0) {
        throw c.gp(0);
      }
      c.interrupts.setApicBase(value);
      return;
    }
    if (!values.containsKey(register) || !isWritable(register, value)) {
      throw c.gp(0);
    }
    values.put(register, stored(register, value));
  }

  private boolean hasApicBase() {
    return c.model.has(CpuModel.APIC) && c.model.family() >= 6;
  }

  private void writeSysenter(int register, int value) {
    switch (register) {
      case SYSENTER_CS -> c.sysenterCs = value & 0xFFFF;
      case SYSENTER_ESP -> c.sysenterEsp = value;
      default -> c.sysenterEip = value;
    }
  }

  private static boolean isWritable(int register, long value) {
    for (int r : P6_READ_ONLY) {
      if (r == register) {
        return false;
      }
    }
    for (int r : FIXED_MTRRS) {
      if (r == register) {
        return allTypesIn(value, MTRR_TYPES);
      }
    }
    if (register >= MTRR_PHYS_BASE_0 && register < MTRR_PHYS_BASE_0 + 2 * VARIABLE_MTRRS) {
      boolean mask = (register & 1) != 0;
      return mask
          ? (value & ~PHYSICAL_ADDRESS) == 0 && (value & 0x7FF) == 0
          : (value & ~PHYSICAL_ADDRESS) == 0 && (value & 0xF00) == 0 && isType(value, MTRR_TYPES);
    }
    if (register >= MC0_CTL && register < MC0_CTL + 4 * MACHINE_CHECK_BANKS) {
      // Control takes anything; status, address and miscellaneous can only be cleared.
      return (register & 3) == 0 || value == 0;
    }
    return switch (register) {
      case MTRR_CAP, MCG_CAP -> false;
      case MTRR_DEF_TYPE -> (value & ~0xCFFL) == 0 && isType(value, MTRR_TYPES);
      case PAT -> allTypesIn(value, PAT_TYPES);
      default -> true;
    };
  }

  private static boolean isType(long value, int types) {
    long type = value & 0xFF;
    return type < 8 && (types >>> type & 1) != 0;
  }

  private static boolean allTypesIn(long value, int types) {
    for (int n = 0; n < 64; n += 8) {
      if (!isType(value >>> n, types)) {
        return false;
      }
    }
    return true;
  }

  private static long stored(int register, long value) {
    return switch (register) {
      // Writes load 32 bits, sign-extended to the counter's 40.
      case PERFCTR0, PERFCTR0 + 1 -> (int) value & PERFCTR_MASK;
      // The trigger starts a microcode update, which has nothing to change here.
      case BIOS_UPDT_TRIG -> 0;
      default -> value;
    };
  }

  /** RDPMC: a performance counter, or #GP(0). */
  long readCounter(int number) {
    if (c.model.family() == 15) {
      // the highest bit asks for the lower half only
      boolean half = number < 0;
      int counter = number & Integer.MAX_VALUE;
      if (counter >= PENTIUM_4_COUNTERS) {
        throw c.gp(0);
      }
      long value = read(PENTIUM_4_COUNTER0 + counter);
      return half ? value & 0xFFFFFFFFL : value;
    }
    if (number != 0 && number != 1) {
      throw c.gp(0);
    }
    return read(c.model.family() == 6 ? PERFCTR0 + number : 0x12 + number);
  }

  void save(StateWriter out) {
    out.putInts("msrs", values.keySet().stream().mapToInt(Integer::intValue).toArray());
    out.putInts(
        "msrValues",
        values.values().stream()
            .flatMapToInt(v -> IntStream.of((int) (long) v, (int) (v >>> 32)))
            .toArray());
  }

  void load(StateReader in) {
    int[] registers = in.getInts("msrs");
    int[] halves = in.getInts("msrValues");
    values.clear();
    for (int n = 0; n < registers.length; n++) {
      values.put(registers[n], halves[2 * n] & 0xFFFFFFFFL | (long) halves[2 * n + 1] << 32);
    }
  }
}
