package io.transvisor.core.cpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What the vCPU thread is doing. That thread writes it at every transition, which costs one plain
 * store; a sampler on another thread reads it. Measuring the time between transitions instead would
 * cost two clock readings at each, more than most of what is measured.
 */
public final class Activity {
  /** Guest instructions; whether the kernel's or a program's, the CPL tells. */
  public static final int GUEST = 0;

  /** Decoding guest code, planning and publishing regions. */
  public static final int TRANSLATOR = 1;

  /** A sensitive instruction, an exception or an interrupt. */
  public static final int CALLOUT = 2;

  /** A device: port or memory access, event, completion of input and output. */
  public static final int DEVICE = 3;

  /** The run loop and the picture for viewers. */
  public static final int MONITOR = 4;

  /** The guest is halted, or paused. */
  public static final int IDLE = 5;

  private static final VarHandle NOW;

  static {
    try {
      NOW = MethodHandles.lookup().findVarHandle(Activity.class, "now", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private int now = MONITOR;

  /** On the vCPU thread. */
  public void set(int activity) {
    // Not an opaque store, which would keep HotSpot from optimising across it; it is seen soon
    // enough.
    now = activity;
  }

  /** Sets it and tells what it was, to be set again afterwards. On the vCPU thread. */
  public int enter(int activity) {
    int before = now;
    set(activity);
    return before;
  }

  /** On any thread: what it was a moment ago. */
  public int get() {
    return (int) NOW.getOpaque(this);
  }
}
