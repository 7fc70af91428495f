package io.transvisor.core.cpu;

import io.transvisor.core.irq.IrqLine;
import java.util.Arrays;

/**
 * Registers of the x87 floating-point unit and, aliased to its significands, of MMX (Intel SDM
 * volume 1, chapters 8 and 9). Pure state: the arithmetic lives with the execution engines.
 *
 * <p>Data registers are addressed by their physical number; ST(i) is physical register {@code (top
 * + i) & 7}, and MMi is the significand of physical register i.
 */
public final class FpuState {
  // ---- status word ----
  public static final int IE = 1;
  public static final int DE = 1 << 1;
  public static final int ZE = 1 << 2;
  public static final int OE = 1 << 3;
  public static final int UE = 1 << 4;
  public static final int PE = 1 << 5;

  /** Stack fault. */
  public static final int SF = 1 << 6;

  /** Error summary: an unmasked exception is pending. The busy bit 15 always equals it. */
  public static final int ES = 1 << 7;

  public static final int C0 = 1 << 8;
  public static final int C1 = 1 << 9;
  public static final int C2 = 1 << 10;
  public static final int C3 = 1 << 14;

  /** The six exception flags; their masks have the same places in the control word. */
  public static final int EXCEPTIONS = IE | DE | ZE | OE | UE | PE;

  /** Control word after FNINIT: all exceptions masked, extended precision, round to nearest. */
  public static final int INITIAL_CONTROL = 0x37F;

  /** Control word after a hardware reset. */
  public static final int RESET_CONTROL = 0x40;

  /** Significands with the explicit integer bit at bit 63, by physical register; also MM0-MM7. */
  public final long[] significand = new long[8];

  /** Sign (bit 15) and biased exponent (bits 0-14) by physical register; upper 16 bits are 0. */
  public final int[] signExponent = new int[8];

  /** Physical register that is ST(0). */
  public int top;

  /** Bit i set: physical register i is empty. */
  public int empty;

  /** Control word; bit 6 reads as 1, bits 13-15 and 7 as 0. */
  public int control = RESET_CONTROL;

  /** Status word without TOP (kept in {@link #top}) and busy bit (equal to {@link #ES}). */
  public int status;

  /** EIP of the last non-control instruction. */
  public int instructionPointer;

  /** CS of the last non-control instruction. */
  public int instructionSelector;

  /** Offset of the last memory operand. */
  public int dataPointer;

  /** Selector of the last memory operand's segment. */
  public int dataSelector;

  /**
   * Last non-control instruction: low three bits of the first opcode byte above all bits of the
   * second.
   */
  public int opcode;

  // ---- wires to the board, for systems that report errors by interrupt 13 (CR0.NE = 0) ----

  /** FERR#: high while an unmasked exception is pending and CR0.NE is 0. */
  public IrqLine errorLine = high -> {};

  /**
   * IGNNE#: pending exceptions do not keep instructions from executing. The board asserts it; it
   * falls with {@link #errorLine}.
   */
  public boolean ignoreErrors;

  // ---- working fields of the arithmetic: meaningless between instructions ----

  /** Significand of the result of the last arithmetic operation. */
  public long resultSignificand;

  /** Sign and exponent of the result of the last arithmetic operation. */
  public int resultSignExponent;

  /**
   * Exceptions raised by the operation in progress, and {@link #C1} where its result was rounded up
   * in magnitude.
   */
  public int raised;

  /** Not 0 if the common case of an operation was inexact: bits the result has lost. */
  public long lost;

  /** 1 if the common case of an operation rounded the magnitude of its result up, else 0. */
  public long roundedUp;

  /** Status word as a program sees it. */
  public int statusWord() {
    return status | top << 11 | (status & ES) << 8;
  }

  /** Loads status and TOP from a status word; the error summary follows the flags and masks. */
  public void setStatusWord(int word) {
    top = word >>> 11 & 7;
    status = word & (EXCEPTIONS | SF | C0 | C1 | C2 | C3);
    updateSummary();
  }

  /** Loads the control word and re-derives the error summary. */
  public void setControlWord(int word) {
    control = word & 0x1F3F | 0x40;
    updateSummary();
  }

  /** Sets the error summary if a flagged exception is unmasked, else clears it. */
  public void updateSummary() {
    if ((status & ~control & EXCEPTIONS) != 0) {
      status |= ES;
    } else {
      status &= ~ES;
    }
  }

  /** Whether an unmasked exception waits to be reported by the next waiting instruction. */
  public boolean exceptionPending() {
    return (status & ES) != 0;
  }

  /** State after FNINIT: the data registers keep their contents but are empty. */
  public void initialize() {
    top = 0;
    empty = 0xFF;
    control = INITIAL_CONTROL;
    status = 0;
    instructionPointer = 0;
    instructionSelector = 0;
    dataPointer = 0;
    dataSelector = 0;
    opcode = 0;
  }

  /** State after a hardware reset: all registers hold +0.0 and are not empty. */
  public void reset() {
    initialize();
    Arrays.fill(significand, 0);
    Arrays.fill(signExponent, 0);
    empty = 0;
    control = RESET_CONTROL;
  }
}
