package io.transvisor.console.gdb;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Reads the parts of a packet from left to right; what is not as expected is a {@link GdbError}.
 */
final class Arguments {
  private final String text;
  private int at;

  Arguments(String text) {
    this.text = text;
  }

  /** Hexadecimal digits, a number below 2^32. */
  int number() {
    int start = at;
    long value = 0;
    while (at < text.length() && Character.digit(text.charAt(at), 16) >= 0) {
      value = value << 4 | Character.digit(text.charAt(at), 16);
      at++;
      if (value >>> 32 != 0) {
        throw GdbError.invalid();
      }
    }
    if (at == start) {
      throw GdbError.invalid();
    }
    return (int) value;
  }

  /** A number that counts something: not above what a packet can hold. */
  int length() {
    int value = number();
    if (value < 0 || value > PacketStream.MAX_LENGTH) {
      throw GdbError.invalid();
    }
    return value;
  }

  /** Skips a character that has to be there. */
  Arguments skip(char expected) {
    if (at >= text.length() || text.charAt(at) != expected) {
      throw GdbError.invalid();
    }
    at++;
    return this;
  }

  /** What follows. */
  String rest() {
    return text.substring(at);
  }

  /** The bytes that follow as pairs of digits. */
  byte[] hexBytes() {
    return unhex(rest());
  }

  /** The characters that follow, escapes taken out, as bytes. */
  byte[] binary() {
    return PacketStream.unescape(rest()).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Nothing may follow. */
  void end() {
    if (at != text.length()) {
      throw GdbError.invalid();
    }
  }

  static byte[] unhex(String digits) {
    try {
      return HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      throw GdbError.invalid();
    }
  }

  static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
