package io.transvisor.bt.interp;

/**
 * An exception on its way to the guest (SDM volume 3, chapter 6). One instance per CPU, without a
 * stack trace: what happened is in {@link #vector} and {@link #errorCode}. Page faults travel as
 * {@link io.transvisor.mmu.PageFaultException}.
 */
public final class GuestFault extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public static final int DE = 0;
  public static final int DB = 1;
  public static final int NMI = 2;
  public static final int BP = 3;
  public static final int OF = 4;
  public static final int BR = 5;
  public static final int UD = 6;
  public static final int NM = 7;
  public static final int DF = 8;
  public static final int TS = 10;
  public static final int NP = 11;
  public static final int SS = 12;
  public static final int GP = 13;
  public static final int PF = 14;
  public static final int MF = 16;
  public static final int AC = 17;
  public static final int MC = 18;
  public static final int XM = 19;

  public int vector;

  /** The error code; meaningful when {@link #hasErrorCode(int)} says so. */
  public int errorCode;

  GuestFault() {
    super(null, null, false, false);
  }

  /** Whether the exception pushes an error code. */
  public static boolean hasErrorCode(int vector) {
    return switch (vector) {
      case DF, TS, NP, SS, GP, PF, AC -> true;
      default -> false;
    };
  }
}
