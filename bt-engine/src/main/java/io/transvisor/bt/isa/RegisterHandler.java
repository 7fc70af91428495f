package io.transvisor.bt.isa;

/**
 * A handler that touches only general registers and flags: it cannot fault, and never ends a trace
 * early.
 */
public abstract class RegisterHandler extends Handler {
  @Override
  public final boolean isPlain() {
    return true;
  }
}
