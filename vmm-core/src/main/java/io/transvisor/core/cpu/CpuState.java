package io.transvisor.core.cpu;

/** placeholder */
public final class CpuState {
  public long instructions;

  public String describe() {
    return "";
  }
}
