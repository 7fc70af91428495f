package io.transvisor.bt.isa;

/**
 * What is known of a memory operand when its instruction is decoded; handlers are specialised for
 * it.
 */
public enum MemoryShape {
  /** Nothing. */
  GENERAL,
  /** A 32-bit address in a segment with base 0 and no limit. */
  FLAT,
  /** The same without an index register. */
  FLAT_BASE;

  /** Semantics that a handler template can be specialised further with. */
  public interface Dependent {
    /** The same for memory operands of a shape. */
    Object forShape(MemoryShape shape);
  }
}
