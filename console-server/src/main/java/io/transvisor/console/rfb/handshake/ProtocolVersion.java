package io.transvisor.console.rfb.handshake;

import java.nio.charset.StandardCharsets;

/** The protocol versions that differ on the wire (RFC 6143 section 7.1.1 and appendix A). */
public enum ProtocolVersion {
  V3_3,
  V3_7,
  V3_8;

  /** Bytes of a ProtocolVersion message. */
  static final int LENGTH = 12;

  /** What the server sends first: the highest version it speaks. */
  static byte[] greeting() {
    return "RFB 003.008\n".getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * The version to speak with a client that answered this, or null when it is no ProtocolVersion
   * message of major version 3 or later. Numbers nobody has defined mean 3.3, except that those
   * above 3.8 (which some products send) have grown from 3.8.
   */
  static ProtocolVersion of(byte[] message) {
    String text = new String(message, StandardCharsets.ISO_8859_1);
    if (!text.matches("RFB \\d{3}\\.\\d{3}\n")) {
      return null;
    }
    int major = Integer.parseInt(text.substring(4, 7));
    int minor = Integer.parseInt(text.substring(8, 11));
    if (major < 3) {
      return null;
    }
    if (major > 3 || minor >= 8) {
      return V3_8;
    }
    return minor == 7 ? V3_7 : V3_3;
  }
}
