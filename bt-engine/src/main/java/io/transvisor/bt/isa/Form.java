package io.transvisor.bt.isa;

import io.transvisor.core.cpu.CpuState;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;

/**
 * One row of the instruction table: encoding, operands, effect on flags and on the run of
 * instructions, and the handlers. Made by {@link FormTable#op}.
 */
public final class Form {
  /** Immediates in the order they are encoded. */
  public enum Immediate {
    /** 8 bits, zero-extended. */
    IB,
    /** 8 bits, sign-extended. */
    IBS,
    /** 16 bits, zero-extended. */
    IW,
    /** 16 or 32 bits by operand size, zero-extended. */
    IV,
    /** 8-bit relative displacement. */
    CB,
    /** 16- or 32-bit relative displacement by operand size. */
    CV,
    /** Far pointer: offset by operand size, then selector. */
    AP,
    /** Offset of a memory operand by address size. */
    MO
  }

  private static final Specializer SPECIALIZER = new Specializer(MethodHandles.lookup());

  final String encoding;
  final String text;
  final String mnemonic;
  Immediate[] immediates = {};
  boolean modRm;
  boolean ignoresMod;
  boolean opcodeRegister;
  final Handler[] handlers = new Handler[4];
  private int flagsRead;
  private int flagsWritten;
  private int flagsUndefined;
  private int required;
  private boolean ends;
  private boolean lockable;
  private CalloutClass callout;

  Form(String encoding, String text) {
    this.encoding = encoding;
    this.text = text;
    int blank = text.indexOf(' ');
    this.mnemonic = blank < 0 ? text : text.substring(0, blank);
  }

  /** One handler for all operand sizes and for register and memory. */
  public Form any(Handler handler) {
    return both(handler, handler);
  }

  /** Handlers for 16- and 32-bit operand size, register or memory alike. */
  public Form both(Handler size16, Handler size32) {
    handlers[0] = size16;
    handlers[1] = size16;
    handlers[2] = size32;
    handlers[3] = size32;
    return this;
  }

  /** Handlers for a register and for a memory operand, operand size ignored. */
  public Form rm(Handler register, Handler memory) {
    handlers[0] = register;
    handlers[1] = memory;
    handlers[2] = register;
    handlers[3] = memory;
    return this;
  }

  /** All four: register and memory for 16 bits, register and memory for 32 bits. */
  public Form all(Handler register16, Handler memory16, Handler register32, Handler memory32) {
    handlers[0] = register16;
    handlers[1] = memory16;
    handlers[2] = register32;
    handlers[3] = memory32;
    return this;
  }

  /**
   * The instruction ends a trace: it changes the flow, the mode or the interrupt state, or touches
   * ports or time; its handler sets EIP.
   */
  public Form ends() {
    ends = true;
    return this;
  }

  /** Without these features, {@code CpuModel}'s bits, this is no instruction. */
  public Form requires(int features) {
    required = features;
    return this;
  }

  /** What is sensitive about it: its handlers, which must have been given, are counted. */
  Form callout(CalloutClass sensitive) {
    callout = sensitive;
    Handler[] plain = handlers.clone();
    for (int n = 0; n < handlers.length; n++) {
      int first = Arrays.asList(plain).indexOf(plain[n]);
      if (plain[n] != null) {
        handlers[n] = first < n ? handlers[first] : counted(plain[n], sensitive);
      }
    }
    return this;
  }

  private static Handler counted(Handler handler, CalloutClass sensitive) {
    return SPECIALIZER.make(CountedHandler.class, new CountedHandler.Counted(handler, sensitive));
  }

  /** LOCK is allowed with a memory operand. */
  public Form lockable() {
    lockable = true;
    return this;
  }

  /** Arithmetic flags and DF read, as letters of "OSZAPCD". */
  public Form reads(String flags) {
    flagsRead = parse(flags);
    return this;
  }

  /** Arithmetic flags set to a defined value, as letters of "OSZAPCD". */
  public Form writes(String flags) {
    flagsWritten = parse(flags);
    return this;
  }

  /** Arithmetic flags left undefined by the manual, as letters of "OSZAPC". */
  public Form undefined(String flags) {
    flagsUndefined = parse(flags);
    return this;
  }

  private static int parse(String flags) {
    int mask = 0;
    for (char c : flags.toCharArray()) {
      mask |=
          switch (c) {
            case 'O' -> CpuState.OF;
            case 'S' -> CpuState.SF;
            case 'Z' -> CpuState.ZF;
            case 'A' -> CpuState.AF;
            case 'P' -> CpuState.PF;
            case 'C' -> CpuState.CF;
            case 'D' -> CpuState.DF;
            default -> throw new IllegalArgumentException("no flag " + c);
          };
    }
    return mask;
  }

  /** The encoding as written in the row, such as {@code "0F AF /r"}. */
  public String encoding() {
    return encoding;
  }

  /** Mnemonic and operand kinds, such as {@code "imul Gv,Ev"}. */
  public String text() {
    return text;
  }

  public String mnemonic() {
    return mnemonic;
  }

  public Immediate[] immediates() {
    return immediates;
  }

  public boolean hasModRm() {
    return modRm;
  }

  /** The r/m field of ModRM names a register whatever its mod field says. */
  public boolean ignoresMod() {
    return ignoresMod;
  }

  /** The low three bits of the opcode name a register. */
  public boolean hasOpcodeRegister() {
    return opcodeRegister;
  }

  /** Feature bits without which it is no instruction. */
  public int required() {
    return required;
  }

  public boolean endsTrace() {
    return ends;
  }

  /** The class of callouts it belongs to, or null for an innocuous instruction. */
  public CalloutClass callout() {
    return callout;
  }

  public boolean isLockable() {
    return lockable;
  }

  /** EFLAGS bits read. */
  public int flagsRead() {
    return flagsRead;
  }

  /** EFLAGS bits given a defined value. */
  public int flagsWritten() {
    return flagsWritten;
  }

  /** EFLAGS bits the manual leaves undefined. */
  public int flagsUndefined() {
    return flagsUndefined;
  }

  /**
   * The handler for an operand size and a register or memory operand, or null where that
   * combination is no instruction.
   */
  public Handler handler(boolean operand32, boolean memory) {
    int which = (operand32 ? 2 : 0) | (memory ? 1 : 0);
    return handlers[which] instanceof DeferredHandler deferred
        ? deferred.resolve(MemoryShape.GENERAL)
        : handlers[which];
  }

  /**
   * The handler for a memory operand of a shape, or null where a memory operand is no instruction.
   */
  public Handler handler(boolean operand32, MemoryShape shape) {
    int which = operand32 ? 3 : 1;
    if (!(handlers[which] instanceof DeferredHandler deferred)) {
      return handlers[which];
    }
    return deferred.resolve(shape);
  }

  @Override
  public String toString() {
    return encoding + "  " + text;
  }
}
