package io.transvisor.console.rfb.encode;

/**
 * Encoding numbers of RFC 6143 section 7.7 and 7.8 that this server knows, and the ranges of the
 * registered level settings.
 */
public final class Encoding {
  public static final int RAW = 0;
  public static final int COPY_RECT = 1;
  public static final int HEXTILE = 5;
  public static final int ZRLE = 16;

  /** Pseudo-encoding: the client can change the size of its framebuffer. */
  public static final int DESKTOP_SIZE = -223;

  /** Pseudo-encodings -256 to -247 ask for zlib level 0 to 9. */
  public static final int COMPRESSION_LEVEL_0 = -256;

  public static final int COMPRESSION_LEVEL_9 = -247;

  private Encoding() {}
}
