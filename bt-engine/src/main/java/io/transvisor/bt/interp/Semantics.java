package io.transvisor.bt.interp;

import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.MemoryShape;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * The shapes of operations over plain values that handler templates are made for, and the making.
 * An operation is given as a method reference; the template supplies the operands.
 */
final class Semantics {
  private static final Specializer SPECIALIZER = new Specializer(MethodHandles.lookup());

  private Semantics() {}

  /** From two operands to a result; may set flags. */
  @FunctionalInterface
  interface Binary {
    int apply(Cpu c, int a, int b);
  }

  /** From two operands to flags only. */
  @FunctionalInterface
  interface Comparison {
    void apply(Cpu c, int a, int b);
  }

  /** From one operand to a result; may set flags. */
  @FunctionalInterface
  interface Unary {
    int apply(Cpu c, int a);
  }

  /**
   * From one operand and implied registers to implied registers; may throw a fault before changing
   * anything.
   */
  @FunctionalInterface
  interface Consumer {
    void apply(Cpu c, int a);
  }

  /** Two operands and a count, as SHLD. */
  @FunctionalInterface
  interface Ternary {
    int apply(Cpu c, int a, int b, int count);
  }

  /** One of the sixteen conditions over the flags. */
  @FunctionalInterface
  interface Condition {
    boolean test(Cpu c);
  }

  /** What a template is specialised for. */
  record Sized(Width width, Object operation) implements MemoryShape.Dependent {
    @Override
    public Sized forShape(MemoryShape shape) {
      return new Sized(new Width(width.unit(), Addressing.of(shape)), operation);
    }

    <T> T operation(Class<T> type) {
      return type.cast(operation);
    }
  }

  static Handler binary(Class<? extends Handler> template, Width width, Binary operation) {
    return SPECIALIZER.make(template, new Sized(width, operation));
  }

  static Handler comparison(Class<? extends Handler> template, Width width, Comparison operation) {
    return SPECIALIZER.make(template, new Sized(width, operation));
  }

  static Handler unary(Class<? extends Handler> template, Width width, Unary operation) {
    return SPECIALIZER.make(template, new Sized(width, operation));
  }

  static Handler consumer(Class<? extends Handler> template, Width width, Consumer operation) {
    return SPECIALIZER.make(template, new Sized(width, operation));
  }

  static Handler ternary(Class<? extends Handler> template, Width width, Ternary operation) {
    return SPECIALIZER.make(template, new Sized(width, operation));
  }

  static Handler condition(Class<? extends Handler> template, Width width, Condition condition) {
    return SPECIALIZER.make(template, new Sized(width, condition));
  }

  /** A template that needs nothing but a width. */
  static Handler sized(Class<? extends Handler> template, Width width) {
    return SPECIALIZER.make(template, new Sized(width, null));
  }

  /** Two handlers as one, made at once. */
  static Handler fused(Fused.Pair pair) {
    return SPECIALIZER.define(Fused.class, pair);
  }
}
