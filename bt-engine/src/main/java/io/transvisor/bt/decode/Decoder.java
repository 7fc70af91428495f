package io.transvisor.bt.decode;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.MemoryShape;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.memory.PhysicalMemory;

/**
 * Decodes one instruction at a time with the instruction table (SDM volume 2, chapter 2). Not
 * thread-safe.
 */
public final class Decoder {
  /** Longest legal instruction in bytes; longer ones are a general-protection fault. */
  public static final int MAX_LENGTH = 15;

  private static final Handler UNDEFINED =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          throw c.ud();
        }
      };

  private static final Handler TOO_LONG =
      new Handler() {
        @Override
        public void execute(Cpu c, Insn i) {
          throw c.gp(0);
        }
      };

  /** Base and index registers of the eight 16-bit address forms. */
  private static final int[] BASE_16 = {
    CpuState.EBX,
    CpuState.EBX,
    CpuState.EBP,
    CpuState.EBP,
    CpuState.ESI,
    CpuState.EDI,
    CpuState.EBP,
    CpuState.EBX
  };

  private static final int[] INDEX_16 = {
    CpuState.ESI,
    CpuState.EDI,
    CpuState.ESI,
    CpuState.EDI,
    CpuState.ZERO,
    CpuState.ZERO,
    CpuState.ZERO,
    CpuState.ZERO
  };

  private final FormTable table;
  private final int features;
  private boolean flatData;
  private byte[] code;
  private int at;
  private int end;

  /**
   * @param model what it does not have is no instruction
   */
  public Decoder(FormTable table, CpuModel model) {
    this.table = table;
    this.features = model.features();
  }

  /** Says whether ES, SS and DS are flat from here on: handlers that rely on it are chosen. */
  public void setFlatData(boolean flat) {
    flatData = flat;
  }

  /** There were not enough bytes: a private signal, without a stack trace. */
  private static final class Truncated extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final Truncated INSTANCE = new Truncated();

    private Truncated() {
      super(null, null, false, false);
    }
  }

  /**
   * Decodes the instruction at {@code bytes[from]}.
   *
   * @param limit first index that may not be read
   * @param code32 default operand and address size is 32 bits
   * @param start offset of the instruction from the start of its trace
   * @return the instruction, or null if it needs bytes at or after {@code limit}
   */
  public Insn decode(byte[] bytes, int from, int limit, boolean code32, int start) {
    code = bytes;
    at = from;
    end = Math.min(limit, from + MAX_LENGTH);
    Insn i = new Insn();
    i.start = start;
    try {
      decode(i, code32);
    } catch (Truncated t) {
      if (end == from + MAX_LENGTH) {
        i.handler = TOO_LONG;
        i.form = null;
        at = end;
      } else {
        return null;
      }
    }
    i.next = start + at - from;
    return i;
  }

  private int fetch8() {
    if (at >= end) {
      throw Truncated.INSTANCE;
    }
    return code[at++] & 0xFF;
  }

  private int fetch16() {
    if (at + 2 > end) {
      throw Truncated.INSTANCE;
    }
    int value = (short) PhysicalMemory.SHORT.get(code, at) & 0xFFFF;
    at += 2;
    return value;
  }

  private int fetch32() {
    if (at + 4 > end) {
      throw Truncated.INSTANCE;
    }
    int value = (int) PhysicalMemory.INT.get(code, at);
    at += 4;
    return value;
  }

  private void decode(Insn i, boolean code32) {
    boolean operand32 = code32;
    boolean address32 = code32;
    int override = -1;
    int opcode;
    prefixes:
    while (true) {
      opcode = fetch8();
      switch (opcode) {
        case 0x26 -> override = CpuState.ES;
        case 0x2E -> override = CpuState.CS;
        case 0x36 -> override = CpuState.SS;
        case 0x3E -> override = CpuState.DS;
        case 0x64 -> override = CpuState.FS;
        case 0x65 -> override = CpuState.GS;
        case 0x66 -> operand32 = !code32;
        case 0x67 -> address32 = !code32;
        case 0xF0 -> i.lock = true;
        case 0xF2, 0xF3 -> i.rep = (char) opcode;
        default -> {
          break prefixes;
        }
      }
    }
    i.operand32 = operand32;
    i.addressMask = address32 ? -1 : 0xFFFF;
    i.seg = (byte) (override >= 0 ? override : CpuState.DS);
    i.base = CpuState.ZERO;
    i.index = CpuState.ZERO;

    int prefix = i.rep != 0 || operand32 == code32 ? i.rep : 0x66;
    FormTable.Entry entry;
    if (opcode == 0x0F) {
      opcode = fetch8();
      entry = table.twoByte(opcode, prefix);
    } else {
      entry = table.oneByte(opcode, prefix);
    }
    if (entry == null) {
      undefined(i);
      return;
    }
    Form form = entry.single();
    if (entry.isGroup()) {
      int modRm = fetch8();
      form = entry.select(modRm);
      if (form == null) {
        // The ModRM byte still belongs to the instruction, with its address bytes.
        decodeModRm(i, modRm, address32, override);
        undefined(i);
        return;
      }
      decodeModRm(i, form.ignoresMod() ? modRm | 0xC0 : modRm, address32, override);
    } else if (form.hasOpcodeRegister()) {
      i.rm = (byte) (opcode & 7);
    }
    Form.Immediate[] immediates = form.immediates();
    if (immediates.length > 0) {
      i.imm = fetchImmediate(immediates[0], operand32, address32);
      if (immediates[0] == Form.Immediate.AP) {
        i.imm2 = (char) fetch16();
      } else if (immediates.length > 1) {
        i.imm2 = (char) fetchImmediate(immediates[1], operand32, address32);
      }
      if (immediates[0] == Form.Immediate.MO) {
        i.disp = i.imm;
        i.memory = true;
      }
    }
    i.form = form;
    i.handler = i.memory ? form.handler(operand32, shape(i)) : form.handler(operand32, false);
    boolean missing = i.handler == null || (form.required() & ~features) != 0;
    if (missing || i.lock && !(form.isLockable() && i.memory)) {
      undefined(i);
    }
  }

  private MemoryShape shape(Insn i) {
    boolean flat =
        flatData
            && i.addressMask == -1
            && (i.seg == CpuState.DS || i.seg == CpuState.SS || i.seg == CpuState.ES);
    if (!flat) {
      return MemoryShape.GENERAL;
    }
    return i.index == CpuState.ZERO ? MemoryShape.FLAT_BASE : MemoryShape.FLAT;
  }

  private static void undefined(Insn i) {
    i.form = null;
    i.handler = UNDEFINED;
  }

  private int fetchImmediate(Form.Immediate kind, boolean operand32, boolean address32) {
    return switch (kind) {
      case IB -> fetch8();
      case IBS, CB -> (byte) fetch8();
      case IW -> fetch16();
      case IV, AP -> operand32 ? fetch32() : fetch16();
      case CV -> operand32 ? fetch32() : (short) fetch16();
      case MO -> address32 ? fetch32() : fetch16();
    };
  }

  private void decodeModRm(Insn i, int modRm, boolean address32, int override) {
    i.reg = (byte) (modRm >> 3 & 7);
    int rm = modRm & 7;
    int mod = modRm >> 6;
    i.rm = (byte) rm;
    if (mod == 3) {
      return;
    }
    i.memory = true;
    if (address32) {
      decodeAddress32(i, mod, rm);
    } else {
      decodeAddress16(i, mod, rm);
    }
    if (override < 0) {
      boolean stack = i.base == CpuState.EBP || i.base == CpuState.ESP;
      i.seg = (byte) (stack ? CpuState.SS : CpuState.DS);
    }
  }

  private void decodeAddress16(Insn i, int mod, int rm) {
    if (mod == 0 && rm == 6) {
      i.disp = fetch16();
      return;
    }
    i.base = (byte) BASE_16[rm];
    i.index = (byte) INDEX_16[rm];
    if (mod == 1) {
      i.disp = (byte) fetch8();
    } else if (mod == 2) {
      i.disp = fetch16();
    }
  }

  private void decodeAddress32(Insn i, int mod, int rm) {
    int base = rm;
    if (rm == 4) {
      int sib = fetch8();
      base = sib & 7;
      int index = sib >> 3 & 7;
      if (index != 4) {
        i.index = (byte) index;
        i.scale = (byte) (sib >> 6);
      }
    }
    if (mod == 0 && base == 5) {
      i.disp = fetch32();
      return;
    }
    i.base = (byte) base;
    if (mod == 1) {
      i.disp = (byte) fetch8();
    } else if (mod == 2) {
      i.disp = fetch32();
    }
  }
}
