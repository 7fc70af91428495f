package io.transvisor.device.acpi;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Builder of ACPI Machine Language (ACPI 1.0b, chapter 16): static methods that each encode one
 * term from already encoded parts. Names are given as in ASL: {@code \\_SB_.PCI0}, {@code
 * ^ISA_.PRQ0}; segments are four characters.
 */
final class Aml {
  /** The first argument of a method. */
  static final byte[] ARG0 = {0x68};

  static final byte[] LOCAL0 = {0x60};

  private static final int ZERO = 0x00;
  private static final int ONE = 0x01;
  private static final int NAME = 0x08;
  private static final int BYTE_PREFIX = 0x0A;
  private static final int WORD_PREFIX = 0x0B;
  private static final int DWORD_PREFIX = 0x0C;
  private static final int STRING_PREFIX = 0x0D;
  private static final int SCOPE = 0x10;
  private static final int BUFFER = 0x11;
  private static final int PACKAGE = 0x12;
  private static final int METHOD = 0x14;
  private static final int DUAL_NAME = 0x2E;
  private static final int MULTI_NAME = 0x2F;
  private static final int EXTENDED = 0x5B;
  private static final int OPERATION_REGION = 0x80;
  private static final int FIELD = 0x81;
  private static final int DEVICE = 0x82;
  private static final int PROCESSOR = 0x83;
  private static final int STORE = 0x70;
  private static final int AND = 0x7B;
  private static final int OR = 0x7D;
  private static final int CREATE_DWORD_FIELD = 0x8A;
  private static final int IF = 0xA0;
  private static final int ELSE = 0xA1;
  private static final int RETURN = 0xA4;
  private static final int NULL_TARGET = 0x00;

  /** Address spaces of operation regions. */
  enum Space {
    SYSTEM_MEMORY,
    SYSTEM_IO,
    PCI_CONFIG
  }

  private Aml() {}

  /** Joins terms into a term list. */
  static byte[] terms(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int... values) {
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) values[i];
    }
    return result;
  }

  // ---- names and data ----

  /** A name: optional root or parent prefixes, then four-character segments separated by dots. */
  static byte[] name(String path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int start = 0;
    while (start < path.length() && (path.charAt(start) == '\\' || path.charAt(start) == '^')) {
      out.write(path.charAt(start++));
    }
    String[] segments = start == path.length() ? new String[0] : path.substring(start).split("\\.");
    switch (segments.length) {
      case 0 -> out.write(NULL_TARGET);
      case 1 -> {}
      case 2 -> out.write(DUAL_NAME);
      default -> out.writeBytes(bytes(MULTI_NAME, segments.length));
    }
    for (String segment : segments) {
      if (segment.length() != 4) {
        throw new IllegalArgumentException(
            "AML name segment " + segment + " is not four characters");
      }
      out.writeBytes(segment.getBytes(StandardCharsets.US_ASCII));
    }
    return out.toByteArray();
  }

  /** An integer constant in its shortest encoding; 32 bits unsigned. */
  static byte[] integer(int value) {
    if (value == 0) {
      return bytes(ZERO);
    }
    if (value == 1) {
      return bytes(ONE);
    }
    if (value >>> 8 == 0) {
      return bytes(BYTE_PREFIX, value);
    }
    if (value >>> 16 == 0) {
      return bytes(WORD_PREFIX, value, value >>> 8);
    }
    return bytes(DWORD_PREFIX, value, value >>> 8, value >>> 16, value >>> 24);
  }

  static byte[] string(String text) {
    return terms(bytes(STRING_PREFIX), text.getBytes(StandardCharsets.US_ASCII), bytes(0));
  }

  /**
   * A compressed EISA id such as {@code PNP0A03}: three letters of five bits, four hexadecimal
   * digits, bytes swapped.
   */
  static byte[] eisaId(String id) {
    int letters = (id.charAt(0) - '@') << 10 | (id.charAt(1) - '@') << 5 | (id.charAt(2) - '@');
    return integer(Integer.reverseBytes(letters << 16 | Integer.parseInt(id.substring(3), 16)));
  }

  static byte[] buffer(byte[] content) {
    return packageLength(bytes(BUFFER), terms(integer(content.length), content));
  }

  static byte[] pack(byte[]... elements) {
    return packageLength(bytes(PACKAGE), terms(bytes(elements.length), terms(elements)));
  }

  // ---- named objects ----

  static byte[] define(String name, byte[] value) {
    return terms(bytes(NAME), name(name), value);
  }

  static byte[] scope(String name, byte[]... body) {
    return packageLength(bytes(SCOPE), terms(name(name), terms(body)));
  }

  static byte[] device(String name, byte[]... body) {
    return packageLength(bytes(EXTENDED, DEVICE), terms(name(name), terms(body)));
  }

  /** A method that is not serialized. */
  static byte[] method(String name, int arguments, byte[]... body) {
    return packageLength(bytes(METHOD), terms(name(name), bytes(arguments), terms(body)));
  }

  /** A processor without a register block of its own. */
  static byte[] processor(String name, int id) {
    return packageLength(bytes(EXTENDED, PROCESSOR), terms(name(name), bytes(id, 0, 0, 0, 0, 0)));
  }

  static byte[] operationRegion(String name, Space space, int offset, int length) {
    return terms(
        bytes(EXTENDED, OPERATION_REGION),
        name(name),
        bytes(space.ordinal()),
        integer(offset),
        integer(length));
  }

  /** Byte-wide fields at consecutive bytes of a region, accessed bytewise and without lock. */
  static byte[] byteFields(String region, String... fields) {
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    for (String field : fields) {
      list.writeBytes(name(field));
      list.write(8);
    }
    return packageLength(
        bytes(EXTENDED, FIELD), terms(name(region), bytes(0x01), list.toByteArray()));
  }

  // ---- statements and expressions ----

  static byte[] store(byte[] value, byte[] target) {
    return terms(bytes(STORE), value, target);
  }

  static byte[] and(byte[] a, byte[] b) {
    return terms(bytes(AND), a, b, bytes(NULL_TARGET));
  }

  /** Bitwise or, stored in a target. */
  static byte[] orInto(byte[] a, byte[] b, byte[] target) {
    return terms(bytes(OR), a, b, target);
  }

  static byte[] ifElse(byte[] condition, byte[] then, byte[] otherwise) {
    return terms(
        packageLength(bytes(IF), terms(condition, then)), packageLength(bytes(ELSE), otherwise));
  }

  static byte[] doReturn(byte[] value) {
    return terms(bytes(RETURN), value);
  }

  static byte[] createDwordField(byte[] buffer, int offset, String name) {
    return terms(bytes(CREATE_DWORD_FIELD), buffer, integer(offset), name(name));
  }

  static byte[] call(String method, byte[]... arguments) {
    return terms(name(method), terms(arguments));
  }

  /** Puts opcode, package length and body together; the length counts itself. */
  private static byte[] packageLength(byte[] opcode, byte[] body) {
    int length = body.length + 1;
    byte[] encoded;
    if (length < 0x40) {
      encoded = bytes(length);
    } else if (length + 1 < 0x1000) {
      length += 1;
      encoded = bytes(0x40 | length & 0xF, length >> 4);
    } else {
      length += 2;
      encoded = bytes(0x80 | length & 0xF, length >> 4, length >> 12);
    }
    return terms(opcode, encoded, body);
  }
}
