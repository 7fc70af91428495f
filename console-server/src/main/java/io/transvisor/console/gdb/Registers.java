package io.transvisor.console.gdb;

import io.transvisor.bt.fpu.X87Environment;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.FpuState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;

/**
 * The registers of a CPU in the order in which GDB numbers those of i386 (GDB manual, appendix
 * G.5.5), followed by the system registers.
 */
final class Registers {
  private static final String[] GENERAL = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
  private static final String[] SEGMENTS = {"cs", "ss", "ds", "es", "fs", "gs"};
  private static final int[] SEGMENT_NUMBERS = {
    CpuState.CS, CpuState.SS, CpuState.DS, CpuState.ES, CpuState.FS, CpuState.GS
  };

  private Registers() {}

  /** General, instruction pointer, flags, segments, x87: GDB knows no i386 without these. */
  static List<Register> core() {
    List<Register> all = new ArrayList<>();
    for (int i = 0; i < GENERAL.length; i++) {
      int r = i;
      String type = r == CpuState.ESP || r == CpuState.EBP ? "data_ptr" : "int32";
      all.add(Register.word(GENERAL[i], type, null, c -> c.gpr[r], (c, v) -> c.gpr[r] = v));
    }
    all.add(Register.word("eip", "code_ptr", null, c -> c.eip, (c, v) -> c.eip = v));
    all.add(
        Register.word(
            "eflags", "i386_eflags", null, CpuState::getEflags, (c, v) -> c.setEflags(v)));
    for (int i = 0; i < SEGMENTS.length; i++) {
      int s = SEGMENT_NUMBERS[i];
      all.add(
          Register.word(
              SEGMENTS[i],
              "int32",
              null,
              c -> c.selector[s],
              (c, v) -> SegmentLoad.load(c, s, v & 0xFFFF)));
    }
    addX87(all);
    return all;
  }

  private static void addX87(List<Register> all) {
    for (int i = 0; i < 8; i++) {
      int st = i;
      all.add(
          new Register(
              "st" + i,
              80,
              "i387_ext",
              null,
              c -> {
                int n = c.fpu.top + st & 7;
                return ByteBuffer.allocate(10)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(c.fpu.significand[n])
                    .putShort((short) c.fpu.signExponent[n])
                    .array();
              },
              (c, bytes) -> {
                int n = c.fpu.top + st & 7;
                ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                c.fpu.significand[n] = b.getLong();
                c.fpu.signExponent[n] = b.getShort() & 0xFFFF;
              }));
    }
    x87(all, "fctrl", f -> f.control, FpuState::setControlWord);
    x87(all, "fstat", FpuState::statusWord, FpuState::setStatusWord);
    x87(all, "ftag", X87Environment::fullTags, (f, v) -> f.empty = X87Environment.emptyOf(v));
    x87(all, "fiseg", f -> f.instructionSelector, (f, v) -> f.instructionSelector = v & 0xFFFF);
    x87(all, "fioff", f -> f.instructionPointer, (f, v) -> f.instructionPointer = v);
    x87(all, "foseg", f -> f.dataSelector, (f, v) -> f.dataSelector = v & 0xFFFF);
    x87(all, "fooff", f -> f.dataPointer, (f, v) -> f.dataPointer = v);
    x87(all, "fop", f -> f.opcode, (f, v) -> f.opcode = v & 0x7FF);
  }

  private static void x87(
      List<Register> all, String name, ToIntFunction<FpuState> get, ObjIntConsumer<FpuState> set) {
    all.add(
        Register.word(
            name, "int", "float", c -> get.applyAsInt(c.fpu), (c, v) -> set.accept(c.fpu, v)));
  }

  /** XMM0-XMM7 and MXCSR; none on a CPU without SSE. */
  static List<Register> sse(CpuModel model) {
    List<Register> all = new ArrayList<>();
    if (!model.has(CpuModel.SSE)) {
      return all;
    }
    for (int i = 0; i < 8; i++) {
      int n = 2 * i;
      all.add(
          new Register(
              "xmm" + i,
              128,
              "vec128",
              null,
              c ->
                  ByteBuffer.allocate(16)
                      .order(ByteOrder.LITTLE_ENDIAN)
                      .putLong(c.xmm[n])
                      .putLong(c.xmm[n + 1])
                      .array(),
              (c, bytes) -> {
                ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                c.xmm[n] = b.getLong();
                c.xmm[n + 1] = b.getLong();
              }));
    }
    all.add(Register.word("mxcsr", "int", "vector", c -> c.mxcsr, (c, v) -> c.mxcsr = v & 0xFFFF));
    return all;
  }

  /** Control and descriptor table registers; GDB shows what it does not know, too. */
  static List<Register> system() {
    String group = "system";
    return List.of(
        Register.word("cr0", "int32", group, c -> c.cr0, (c, v) -> c.cr0 = v),
        Register.word("cr2", "int32", group, c -> c.cr2, (c, v) -> c.cr2 = v),
        Register.word("cr3", "int32", group, c -> c.cr3, (c, v) -> c.cr3 = v),
        Register.word("cr4", "int32", group, c -> c.cr4, (c, v) -> c.cr4 = v),
        Register.word("gdt_base", "int32", group, c -> c.gdtBase, (c, v) -> c.gdtBase = v),
        Register.word("gdt_limit", "int32", group, c -> c.gdtLimit, (c, v) -> c.gdtLimit = v),
        Register.word("idt_base", "int32", group, c -> c.idtBase, (c, v) -> c.idtBase = v),
        Register.word("idt_limit", "int32", group, c -> c.idtLimit, (c, v) -> c.idtLimit = v));
  }
}
