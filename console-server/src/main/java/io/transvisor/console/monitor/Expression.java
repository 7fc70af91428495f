package io.transvisor.console.monitor;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.error.VmmException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * What {@code print}, {@code x} and {@code xp} compute, as in QEMU: numbers, {@code 'c'}, {@code
 * $register}, parentheses, and from the tightest the operators {@code + - ~} in front, {@code * /
 * %}, {@code + -}, {@code & | ^}. 64 bits.
 */
final class Expression {
  private static final Map<String, ToIntFunction<Cpu>> REGISTERS = new HashMap<>();

  static {
    String[] general = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    for (int i = 0; i < general.length; i++) {
      int r = i;
      REGISTERS.put(general[i], c -> c.gpr[r]);
    }
    REGISTERS.put("sp", c -> c.gpr[CpuState.ESP]);
    REGISTERS.put("fp", c -> c.gpr[CpuState.EBP]);
    REGISTERS.put("eip", c -> c.eip);
    REGISTERS.put("pc", c -> c.segBase[CpuState.CS] + c.eip);
    REGISTERS.put("eflags", CpuState::getEflags);
    String[] segments = {"es", "cs", "ss", "ds", "fs", "gs"};
    for (int i = 0; i < segments.length; i++) {
      int s = i;
      REGISTERS.put(segments[i], c -> c.selector[s]);
      REGISTERS.put(segments[i] + ".base", c -> c.segBase[s]);
      REGISTERS.put(segments[i] + ".limit", c -> c.segLimit[s]);
    }
    REGISTERS.put("cr0", c -> c.cr0);
    REGISTERS.put("cr2", c -> c.cr2);
    REGISTERS.put("cr3", c -> c.cr3);
    REGISTERS.put("cr4", c -> c.cr4);
  }

  private final String text;
  private final Cpu cpu;
  private int at;
  private int depth;

  private Expression(String text, Cpu cpu) {
    this.text = text;
    this.cpu = cpu;
  }

  /**
   * The value of an expression.
   *
   * @throws VmmException if it is none
   */
  static long evaluate(String text, Cpu cpu) {
    Expression e = new Expression(text, cpu);
    long value = e.logic();
    if (e.peek() != 0) {
      throw e.error();
    }
    return value;
  }

  private VmmException error() {
    return new VmmException("invalid expression: " + text.strip());
  }

  /** The next character that is no blank, 0 at the end. */
  private char peek() {
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
    return at < text.length() ? text.charAt(at) : 0;
  }

  private long logic() {
    long value = sum();
    while (true) {
      switch (peek()) {
        case '&' -> value &= afterOperator();
        case '|' -> value |= afterOperator();
        case '^' -> value ^= afterOperator();
        default -> {
          return value;
        }
      }
    }
  }

  private long afterOperator() {
    at++;
    return sum();
  }

  private long sum() {
    long value = product();
    while (peek() == '+' || peek() == '-') {
      boolean plus = text.charAt(at++) == '+';
      long next = product();
      value = plus ? value + next : value - next;
    }
    return value;
  }

  private long product() {
    long value = unary();
    while (peek() == '*' || peek() == '/' || peek() == '%') {
      char operator = text.charAt(at++);
      long next = unary();
      if (operator == '*') {
        value *= next;
      } else if (next == 0) {
        throw new VmmException("division by zero");
      } else {
        value = operator == '/' ? value / next : value % next;
      }
    }
    return value;
  }

  private long unary() {
    if (++depth > 100) {
      throw error();
    }
    long value =
        switch (peek()) {
          case '+' -> skipped();
          case '-' -> -skipped();
          case '~' -> ~skipped();
          case '(' -> parenthesis();
          case '\'' -> character();
          case '$' -> register();
          default -> number();
        };
    depth--;
    return value;
  }

  private long skipped() {
    at++;
    return unary();
  }

  private long parenthesis() {
    at++;
    long value = logic();
    if (peek() != ')') {
      throw error();
    }
    at++;
    return value;
  }

  private long character() {
    if (at + 2 >= text.length() || text.charAt(at + 2) != '\'') {
      throw error();
    }
    at += 3;
    return text.charAt(at - 2);
  }

  private String word(String allowed) {
    int start = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || allowed.indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    return text.substring(start, at);
  }

  private long register() {
    at++;
    String name = word("._");
    ToIntFunction<Cpu> register = REGISTERS.get(name);
    if (register == null) {
      throw new VmmException("unknown register $" + name);
    }
    return Integer.toUnsignedLong(register.applyAsInt(cpu));
  }

  private long number() {
    String digits = word("");
    try {
      return digits.startsWith("0x")
          ? Long.parseUnsignedLong(digits.substring(2), 16)
          : Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw error();
    }
  }
}
