package io.transvisor.console.monitor;

import io.transvisor.core.error.VmmException;

/**
 * What follows the slash in {@code x /FMT}: count, letter of the format, letter of the size.
 *
 * @param count of values or instructions, at least 1
 * @param format x, d, u, o, c or i
 * @param size bytes of a value: 1, 2, 4 or 8
 */
record DumpFormat(int count, char format, int size) {
  private static final int MAX_COUNT = 65536;

  /** What QEMU starts with. */
  static final DumpFormat INITIAL = new DumpFormat(1, 'x', 4);

  /**
   * @param before what counts where nothing is said
   */
  static DumpFormat parse(String text, DumpFormat before) {
    int at = 0;
    int count = 0;
    while (at < text.length() && Character.isDigit(text.charAt(at)) && count <= MAX_COUNT) {
      count = 10 * count + Character.digit(text.charAt(at++), 10);
    }
    if (count > MAX_COUNT) {
      throw new VmmException("at most " + MAX_COUNT + " values at a time");
    }
    char format = 0;
    int size = 0;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      switch (c) {
        case 'x', 'd', 'u', 'o', 'c', 'i' -> format = c;
        case 'b' -> size = 1;
        case 'h' -> size = 2;
        case 'w' -> size = 4;
        case 'g', 'L' -> size = 8;
        default -> throw new VmmException("invalid char in format: '" + c + "'");
      }
    }
    char chosen = format == 0 ? before.format : format;
    int bytes = chosen == 'c' ? 1 : size == 0 ? before.size : size;
    return new DumpFormat(Math.max(count, 1), chosen, bytes);
  }

  /** A value of {@link #size} bytes as it stands in a dump. */
  String cell(long value) {
    int bits = 8 * size;
    long masked = size == 8 ? value : value & (1L << bits) - 1;
    return switch (format) {
      case 'o' -> padded((masked == 0 ? "" : "0") + Long.toOctalString(masked), (bits + 2) / 3);
      case 'u' -> padded(Long.toUnsignedString(masked), (bits * 10 + 32) / 33);
      case 'd' -> padded(Long.toString(value << 64 - bits >> 64 - bits), (bits * 10 + 32) / 33);
      case 'c' -> character((int) masked);
      default -> "0x%%0%dx".formatted(bits / 4).formatted(masked);
    };
  }

  /** A value alone, for {@code print}. */
  String single(long value) {
    return switch (format) {
      case 'o' -> (value == 0 ? "" : "0") + Long.toOctalString(value);
      case 'u' -> Long.toUnsignedString(value);
      case 'd' -> Long.toString(value);
      case 'c' -> character(value);
      default -> value == 0 ? "0" : "0x" + Long.toHexString(value);
    };
  }

  private static String padded(String digits, int width) {
    return " ".repeat(Math.max(0, width - digits.length())) + digits;
  }

  private static String character(long value) {
    if (value == '\'' || value == '\\') {
      return "'\\" + (char) value + "'";
    }
    if (value >= ' ' && value <= '~') {
      return "'" + (char) value + "'";
    }
    return switch ((int) value) {
      case '\n' -> "'\\n'";
      case '\r' -> "'\\r'";
      default -> "'\\x%02x'".formatted(value);
    };
  }
}
