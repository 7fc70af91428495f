package io.transvisor.core.cpu;

/**
 * Bits of MXCSR, the control and status register of SSE (Intel SDM volume 1, 10.2.3). Each
 * exception's mask lies {@link #MASK_SHIFT} bits above its flag.
 */
public final class Mxcsr {
  public static final int IE = 1;
  public static final int DE = 1 << 1;
  public static final int ZE = 1 << 2;
  public static final int OE = 1 << 3;
  public static final int UE = 1 << 4;
  public static final int PE = 1 << 5;

  /** The six exception flags. */
  public static final int EXCEPTIONS = IE | DE | ZE | OE | UE | PE;

  /** Denormal operands are zeros. */
  public static final int DAZ = 1 << 6;

  public static final int MASK_SHIFT = 7;
  public static final int OM = OE << MASK_SHIFT;
  public static final int UM = UE << MASK_SHIFT;
  public static final int PM = PE << MASK_SHIFT;

  /** Rounding control: the field, and its values in place. */
  public static final int RC = 3 << 13;

  public static final int RC_NEAREST = 0;
  public static final int RC_DOWN = 1 << 13;
  public static final int RC_UP = 2 << 13;
  public static final int RC_CHOP = 3 << 13;

  /** Results that underflow are zeros. */
  public static final int FZ = 1 << 15;

  /** After reset: everything masked, round to nearest. */
  public static final int INITIAL = 0x1F80;

  private Mxcsr() {}

  /** The bits a model lets be set: the Pentium III does not know {@link #DAZ}. */
  public static int writable(CpuModel model) {
    return model.has(CpuModel.SSE2) ? 0xFFFF : 0xFFFF & ~DAZ;
  }
}
