package io.transvisor.bt.interp;

/**
 * The three ways to run guest code; the guest cannot tell them apart but by time. Which code takes
 * which path in each is said by {@link CodeMode}.
 */
public enum EngineKind {
  /** Everything is interpreted: what the others are compared with. */
  INTERPRET,
  /** Hot code of kernels and of real mode is compiled, user code interpreted. */
  HYBRID,
  /** All hot code is compiled. */
  TRANSLATE
}
