package io.transvisor.bt.interp;

import io.transvisor.bt.region.Regions;

/** The three ways to run guest code; the guest cannot tell them apart but by time. */
public enum EngineKind {
  /** Everything is interpreted: what the others are compared with. */
  INTERPRET(null),
  /** Hot code of kernels and of real mode is compiled, user code interpreted. */
  HYBRID(new Regions.Policy(1_000, true, false)),
  /** All hot code is compiled. */
  TRANSLATE(new Regions.Policy(1_000, true, true));

  private final Regions.Policy policy;

  EngineKind(Regions.Policy policy) {
    this.policy = policy;
  }

  /** What is compiled; null for nothing. */
  public Regions.Policy policy() {
    return policy;
  }
}
