package io.transvisor.bt.isa;

/**
 * A decoded instruction. Immutable once the decoder has filled it in; fields are public for speed,
 * and small: there are hundreds of thousands.
 */
public final class Insn {
  /** What to execute. */
  public Handler handler;

  /** The table row; null for bytes that are no instruction. */
  public Form form;

  /** Offset of the first byte from the start of the trace. */
  public int start;

  /** Offset of the first byte after the instruction from the start of the trace. */
  public int next;

  /** The reg field of ModRM (0-7). */
  public byte reg;

  /** The r/m field of ModRM when it names a register, or the register in the opcode's low bits. */
  public byte rm;

  /**
   * Whether ModRM names memory; then the address is {@code (base + (index << scale) + disp) &
   * addressMask} in segment {@link #seg}.
   */
  public boolean memory;

  public byte base;
  public byte index;
  public byte scale;
  public int disp;

  /**
   * 0xFFFF or 0xFFFFFFFF by address size. Also set for instructions without ModRM: string
   * instructions and LOOP use it.
   */
  public int addressMask;

  /**
   * Segment of the memory operand, overrides applied; for string instructions that of the source.
   */
  public byte seg;

  /**
   * Immediate, extended as the form says; displacement of a relative branch; offset of a far
   * pointer.
   */
  public int imm;

  /** Second immediate: selector of a far pointer, level of ENTER. */
  public char imm2;

  /** 0, 0xF2 or 0xF3. */
  public char rep;

  /** Operand size is 32 bits (else 16), where the form has one. */
  public boolean operand32;

  public boolean lock;

  /** Position in the trace. */
  public byte position;

  /** How many instructions this stands for: 1, unless it is a fused one. */
  public byte count = 1;

  /** The parts of a fused instruction; null otherwise. */
  public Insn first;

  public Insn second;

  /** Length in bytes. */
  public int length() {
    return next - start;
  }
}
