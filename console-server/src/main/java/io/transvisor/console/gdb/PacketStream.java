package io.transvisor.console.gdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Packets on a byte stream: {@code $data#checksum}, acknowledgements, and the interrupt character.
 * Packets are strings of characters below 256. Reading is for one thread, writing for any.
 */
final class PacketStream {
  /** Most characters in a packet, either way. */
  static final int MAX_LENGTH = 0x4000;

  private static final char ESCAPE = '}';
  private static final int INTERRUPT = 3;

  private final InputStream in;
  private final OutputStream out;
  private volatile boolean acknowledges = true;
  private byte[] last = {};

  /** What was read. */
  enum Kind {
    PACKET,
    /** More than {@link #MAX_LENGTH} characters; its text is not kept. */
    TOO_LONG,
    /** The debugger's user pressed Ctrl-C. */
    INTERRUPT,
    /** The connection is closed. */
    END
  }

  record Input(Kind kind, String text) {}

  PacketStream(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /** From now on nothing is acknowledged, and checksums count no more (QStartNoAckMode). */
  void stopAcknowledging() {
    acknowledges = false;
  }

  /** Waits for the next packet or interrupt; packets with a wrong checksum are asked for again. */
  Input read() throws IOException {
    while (true) {
      int next = in.read();
      switch (next) {
        case -1 -> {
          return new Input(Kind.END, "");
        }
        case INTERRUPT -> {
          return new Input(Kind.INTERRUPT, "");
        }
        case '-' -> resend();
        case '$' -> {
          Input packet = readPacket();
          if (packet != null) {
            return packet;
          }
        }
        default -> {}
      }
    }
  }

  /** The rest of a packet; null if it was damaged. */
  private Input readPacket() throws IOException {
    StringBuilder text = new StringBuilder();
    int sum = 0;
    boolean tooLong = false;
    int next = in.read();
    while (next != '#' && next >= 0) {
      if (next == '$') {
        // The one before was cut short.
        text.setLength(0);
        sum = 0;
        tooLong = false;
      } else if (text.length() == MAX_LENGTH) {
        tooLong = true;
      } else {
        text.append((char) next);
        sum += next;
      }
      next = in.read();
    }
    int high = Character.digit(in.read(), 16);
    int low = Character.digit(in.read(), 16);
    if (next < 0) {
      return new Input(Kind.END, "");
    }
    if (acknowledges) {
      boolean good = tooLong || high >= 0 && low >= 0 && (high << 4 | low) == (sum & 0xFF);
      write(new byte[] {(byte) (good ? '+' : '-')});
      if (!good) {
        return null;
      }
    }
    return tooLong ? new Input(Kind.TOO_LONG, "") : new Input(Kind.PACKET, text.toString());
  }

  /** Sends a packet; characters that have a meaning in the protocol are escaped. */
  void send(String text) throws IOException {
    StringBuilder packet = new StringBuilder("$");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '$' || c == '#' || c == ESCAPE || c == '*') {
        packet.append(ESCAPE).append((char) (c ^ 0x20));
      } else {
        packet.append(c);
      }
    }
    int sum = 0;
    for (int i = 1; i < packet.length(); i++) {
      sum += packet.charAt(i);
    }
    packet.append("#%02x".formatted(sum & 0xFF));
    byte[] bytes = packet.toString().getBytes(StandardCharsets.ISO_8859_1);
    synchronized (this) {
      last = bytes;
      write(bytes);
    }
  }

  private synchronized void resend() throws IOException {
    write(last);
  }

  private synchronized void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Takes escapes out of binary data. */
  static String unescape(String data) {
    StringBuilder plain = new StringBuilder(data.length());
    for (int i = 0; i < data.length(); i++) {
      char c = data.charAt(i);
      if (c == ESCAPE && i + 1 < data.length()) {
        c = (char) (data.charAt(++i) ^ 0x20);
      }
      plain.append(c);
    }
    return plain.toString();
  }
}
