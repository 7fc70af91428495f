package io.transvisor.console.qmp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Cuts a stream into JSON values one after the other, by their brackets; checks nothing else. */
final class JsonFrames {
  /** Most bytes of a value. */
  static final int MAX_LENGTH = 1 << 20;

  private final InputStream in;

  JsonFrames(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /**
   * The next value, or what stands in its place; null at the end.
   *
   * @throws IOException if it is too long
   */
  String next() throws IOException {
    int c = in.read();
    while (c >= 0 && c <= ' ') {
      c = in.read();
    }
    if (c < 0) {
      return null;
    }
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    boolean bracketed = c == '{' || c == '[';
    int depth = 0;
    boolean quoted = false;
    boolean escaped = false;
    while (c >= 0) {
      frame.write(c);
      if (frame.size() > MAX_LENGTH) {
        throw new IOException("a value of more than " + MAX_LENGTH + " bytes");
      }
      if (quoted) {
        quoted = escaped || c != '"';
        escaped = !escaped && c == '\\';
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if (c == '}' || c == ']') {
        depth--;
      }
      boolean ends = bracketed ? depth <= 0 : !quoted && c <= ' ';
      if (ends) {
        break;
      }
      c = in.read();
    }
    return frame.toString(StandardCharsets.UTF_8);
  }
}
