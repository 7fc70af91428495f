package io.transvisor.console.rfb.encode;

import java.util.zip.Deflater;

/** A zlib stream that goes on from rectangle to rectangle, each ending on a byte boundary. */
final class ZlibStream implements AutoCloseable {
  /** Fast, and higher ones gain little on screens. */
  static final int DEFAULT_LEVEL = 1;

  private static final int MAX_LEVEL = 6;
  private static final int CHUNK = 16 * 1024;

  private final Deflater deflater = new Deflater(DEFAULT_LEVEL);
  private final boolean grainy;
  private boolean levelChanged;

  /**
   * @param grainy whether the data hardly ever repeats: then level 1 does not search for what does,
   *     which makes it several times as fast
   */
  ZlibStream(boolean grainy) {
    this.grainy = grainy;
    setLevel(DEFAULT_LEVEL);
  }

  /**
   * Sets the zlib level, 0 to 9; levels above 6 cost much time for next to nothing and mean 6,
   * level 0 means 1.
   */
  void setLevel(int level) {
    deflater.setLevel(Math.clamp(level, 1, MAX_LEVEL));
    deflater.setStrategy(grainy && level <= 1 ? Deflater.HUFFMAN_ONLY : Deflater.DEFAULT_STRATEGY);
    levelChanged = true;
  }

  /**
   * Appends the compressed form of all of {@code plain}, flushed so that it can be read at once.
   */
  void deflate(ByteSink plain, ByteSink out) {
    if (levelChanged) {
      // A call that changes the level ends without the flush it is asked for, so it gets no data.
      levelChanged = false;
      flush(plain, 0, out);
    }
    flush(plain, plain.length(), out);
  }

  private void flush(ByteSink plain, int length, ByteSink out) {
    deflater.setInput(plain.array(), 0, length);
    int room;
    int written;
    do {
      out.reserve(CHUNK);
      room = out.array().length - out.length();
      written = deflater.deflate(out.array(), out.length(), room, Deflater.SYNC_FLUSH);
      out.advance(written);
    } while (written == room);
  }

  @Override
  public void close() {
    deflater.end();
  }
}
