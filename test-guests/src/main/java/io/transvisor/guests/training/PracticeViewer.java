package io.transvisor.guests.training;

import io.transvisor.console.rfb.encode.Encoding;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A viewer that types, points and looks in one encoding after the other (RFC 6143), so that what
 * the console does for viewers has been done before. It takes no notice of what comes back.
 */
final class PracticeViewer {
  /** Where a viewer's bytes go. */
  @FunctionalInterface
  interface Line {
    void send(byte[] bytes) throws IOException;
  }

  private static final int[] ENCODINGS = {
    Encoding.TIGHT, Encoding.ZRLE, Encoding.HEXTILE, Encoding.RAW, Encoding.ZLIB
  };

  private static final int[] EXTENSIONS = {
    Encoding.COPY_RECT, Encoding.LAST_RECT, Encoding.QEMU_EXTENDED_KEY_EVENT, Encoding.DESKTOP_SIZE
  };

  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int EVENTS_PER_ENCODING = 12;
  private static final long PAUSE_MILLIS = 12;

  /** For the server to answer each message of the handshake; it need not be read for that. */
  private static final long HANDSHAKE_MILLIS = 300;

  private PracticeViewer() {}

  /** Is a viewer for so long. */
  static void use(Line line, long millis) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    for (String message : new String[] {"RFB 003.008\n", "\1", "\1"}) {
      line.send(message.getBytes(StandardCharsets.ISO_8859_1));
      Thread.sleep(HANDSHAKE_MILLIS);
    }
    for (int round = 0; System.nanoTime() - end < 0; round++) {
      line.send(encodings(ENCODINGS[round % ENCODINGS.length]));
      line.send(request(false));
      for (int i = 0; i < EVENTS_PER_ENCODING && System.nanoTime() - end < 0; i++) {
        line.send(key('a' + i, i % 2 == 0));
        line.send(pointer(round * EVENTS_PER_ENCODING + i));
        line.send(request(true));
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  /** What writes a message. */
  @FunctionalInterface
  private interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  private static byte[] message(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] encodings(int first) {
    return message(out -> {
      out.writeShort(2 << 8);
      out.writeShort(1 + EXTENSIONS.length);
      out.writeInt(first);
      for (int extension : EXTENSIONS) {
        out.writeInt(extension);
      }
    });
  }

  private static byte[] request(boolean incremental) {
    return message(out -> {
      out.writeByte(3);
      out.writeBoolean(incremental);
      out.writeInt(0);
      out.writeShort(WIDTH);
      out.writeShort(HEIGHT);
    });
  }

  private static byte[] key(int keysym, boolean down) {
    return message(out -> {
      out.writeByte(4);
      out.writeBoolean(down);
      out.writeShort(0);
      out.writeInt(keysym);
    });
  }

  private static byte[] pointer(int at) {
    return message(out -> {
      out.writeShort(5 << 8);
      out.writeShort(at % WIDTH);
      out.writeShort(at % HEIGHT);
    });
  }
}
