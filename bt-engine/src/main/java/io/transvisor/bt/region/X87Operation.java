package io.transvisor.bt.region;

import io.transvisor.bt.isa.Form;
import io.transvisor.bt.isa.Insn;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An x87 instruction that regions do without its handler (Intel SDM volume 2, tables ).
 *
 * @param number what the reg field of arithmetic says; see {@link
 *     io.transvisor.bt.fpu.X87Arithmetic}
 * @param format of the memory operand
 * @param pops how many registers it pops in the end
 */
record X87Operation(Kind kind, int number, Format format, int pops) {
  /** What it does. */
  enum Kind {
    /** ST(0) = operation of ST(0) and ST(i) or memory. */
    ARITHMETIC,
    /** ST(i) = operation of ST(0) and ST(i). */
    ARITHMETIC_TO_REGISTER,
    COMPARE,
    COMPARE_TO_FLAGS,
    /** FTST. */
    COMPARE_WITH_ZERO,
    LOAD,
    LOAD_REGISTER,
    LOAD_ONE,
    LOAD_ZERO,
    STORE,
    STORE_REGISTER,
    EXCHANGE,
    CHANGE_SIGN,
    CLEAR_SIGN,
    FREE,
    NOTHING,
    LOAD_CONTROL,
    STORE_CONTROL,
    STORE_STATUS,
    WAIT;

    /** Whether pointers to the instruction are not kept. */
    boolean isControl() {
      return ordinal() >= LOAD_CONTROL.ordinal();
    }

    private boolean isLoad() {
      return this == LOAD || this == LOAD_REGISTER || this == LOAD_ONE || this == LOAD_ZERO;
    }
  }

  /** What a memory operand is. */
  enum Format {
    NONE(0),
    SINGLE(4),
    DOUBLE(8),
    EXTENDED(10),
    INT16(2),
    INT32(4),
    INT64(8);

    final int bytes;

    Format(int bytes) {
      this.bytes = bytes;
    }
  }

  private static final Map<Form, Optional<X87Operation>> KNOWN = new ConcurrentHashMap<>();

  /** Which of these an instruction is, or null. */
  static X87Operation of(Insn i) {
    return i.form == null
        ? null
        : KNOWN.computeIfAbsent(i.form, f -> Optional.ofNullable(parse(f))).orElse(null);
  }

  private static X87Operation parse(Form form) {
    String encoding = form.encoding();
    if (encoding.equals("9B")) {
      return simple(Kind.WAIT);
    }
    if (encoding.length() < 6 || encoding.charAt(0) != 'D' || encoding.charAt(1) < '8') {
      return null;
    }
    if (encoding.charAt(3) == '=') {
      return special(encoding);
    }
    int reg = encoding.charAt(4) - '0';
    return encoding.endsWith(":m")
        ? memory(encoding.charAt(1), reg)
        : register(encoding.substring(0, 2), reg);
  }

  private static X87Operation simple(Kind kind) {
    return new X87Operation(kind, 0, Format.NONE, 0);
  }

  private static X87Operation special(String encoding) {
    return switch (encoding) {
      case "D9 =D0" -> simple(Kind.NOTHING);
      case "D9 =E0" -> simple(Kind.CHANGE_SIGN);
      case "D9 =E1" -> simple(Kind.CLEAR_SIGN);
      case "D9 =E4" -> simple(Kind.COMPARE_WITH_ZERO);
      case "D9 =E8" -> simple(Kind.LOAD_ONE);
      case "D9 =EE" -> simple(Kind.LOAD_ZERO);
      case "DA =E9", "DE =D9" -> new X87Operation(Kind.COMPARE, 0, Format.NONE, 2);
      case "DF =E0" -> simple(Kind.STORE_STATUS);
      default -> null;
    };
  }

  private static X87Operation memory(char opcode, int reg) {
    switch (opcode) {
      case '8', 'A', 'C', 'E' -> {
        Format format =
            opcode == '8'
                ? Format.SINGLE
                : opcode == 'A' ? Format.INT32 : opcode == 'C' ? Format.DOUBLE : Format.INT16;
        return reg == 2 || reg == 3
            ? new X87Operation(Kind.COMPARE, 0, format, reg - 2)
            : new X87Operation(Kind.ARITHMETIC, reg, format, 0);
      }
      default -> {
        return transfer(opcode, reg);
      }
    }
  }

  private static X87Operation transfer(char opcode, int reg) {
    if (opcode == '9' && reg == 5) {
      return simple(Kind.LOAD_CONTROL);
    }
    if (opcode == '9' && reg == 7) {
      return simple(Kind.STORE_CONTROL);
    }
    Format format =
        switch (opcode) {
          case '9' -> Format.SINGLE;
          case 'B' -> Format.INT32;
          case 'D' -> Format.DOUBLE;
          default -> Format.INT16;
        };
    if (reg == 0) {
      return new X87Operation(Kind.LOAD, 0, format, 0);
    }
    if (reg == 2 || reg == 3) {
      return new X87Operation(Kind.STORE, 0, format, reg - 2);
    }
    if (opcode == 'B' && reg == 5) {
      return new X87Operation(Kind.LOAD, 0, Format.EXTENDED, 0);
    }
    if (opcode == 'B' && reg == 7) {
      return new X87Operation(Kind.STORE, 0, Format.EXTENDED, 1);
    }
    if (opcode == 'F' && reg == 5) {
      return new X87Operation(Kind.LOAD, 0, Format.INT64, 0);
    }
    if (opcode == 'F' && reg == 7) {
      return new X87Operation(Kind.STORE, 0, Format.INT64, 1);
    }
    return null;
  }

  private static X87Operation register(String opcode, int reg) {
    switch (opcode) {
      case "D8", "DC", "DE" -> {
        if (reg == 2 || reg == 3) {
          boolean pops = reg == 3 || opcode.equals("DE");
          return new X87Operation(Kind.COMPARE, 0, Format.NONE, pops ? 1 : 0);
        }
        return opcode.equals("D8")
            ? new X87Operation(Kind.ARITHMETIC, reg, Format.NONE, 0)
            : new X87Operation(
                Kind.ARITHMETIC_TO_REGISTER, reg, Format.NONE, opcode.equals("DE") ? 1 : 0);
      }
      default -> {
        return switch (opcode + reg) {
          case "D90" -> simple(Kind.LOAD_REGISTER);
          case "D91", "DD1", "DF1" -> simple(Kind.EXCHANGE);
          case "DD0" -> simple(Kind.FREE);
          case "DF0" -> new X87Operation(Kind.FREE, 0, Format.NONE, 1);
          case "DD2" -> simple(Kind.STORE_REGISTER);
          case "DD3", "D93", "DF2", "DF3" ->
              new X87Operation(Kind.STORE_REGISTER, 0, Format.NONE, 1);
          case "DD4" -> simple(Kind.COMPARE);
          case "DD5" -> new X87Operation(Kind.COMPARE, 0, Format.NONE, 1);
          case "DB5", "DB6" -> simple(Kind.COMPARE_TO_FLAGS);
          case "DF5", "DF6" -> new X87Operation(Kind.COMPARE_TO_FLAGS, 0, Format.NONE, 1);
          default -> null;
        };
      }
    }
  }

  // ---- the register stack; registers by their distance from ST(0) before the instruction ----

  /** The other register, or -1 if there is none. */
  int other(Insn i) {
    return switch (kind) {
      case ARITHMETIC, COMPARE -> format != Format.NONE ? -1 : pops == 2 ? 1 : i.rm;
      case ARITHMETIC_TO_REGISTER,
          COMPARE_TO_FLAGS,
          LOAD_REGISTER,
          STORE_REGISTER,
          EXCHANGE,
          FREE ->
          i.rm;
      default -> -1;
    };
  }

  /** Registers that must be in use, one bit each. */
  int reads(Insn i) {
    return switch (kind) {
      case LOAD, LOAD_ONE, LOAD_ZERO, FREE, NOTHING -> 0;
      case LOAD_REGISTER -> 1 << i.rm;
      case STORE_REGISTER -> 1;
      default -> {
        int other = other(i);
        yield kind.isControl() ? 0 : 1 | (other < 0 ? 0 : 1 << other);
      }
    };
  }

  /** Registers that get a value, one bit each; 7 is the one that a load pushes. */
  int writes(Insn i) {
    return switch (kind) {
      case ARITHMETIC, CHANGE_SIGN, CLEAR_SIGN -> 1;
      case ARITHMETIC_TO_REGISTER, STORE_REGISTER -> 1 << i.rm;
      case EXCHANGE -> 1 | 1 << i.rm;
      default -> pushes() ? 1 << 7 : 0;
    };
  }

  /** Whether it needs an empty register above ST(0), which is ST(0) then. */
  boolean pushes() {
    return kind.isLoad();
  }
}
