package io.transvisor.console.rfb.encode;

/**
 * How a client wants its pixels (PIXEL_FORMAT of RFC 6143 section 7.4).
 *
 * @param bitsPerPixel 8, 16 or 32
 * @param depth bits of a pixel that mean something
 * @param bigEndian byte order of pixels on the wire
 * @param trueColour whether a pixel holds three intensities; otherwise it is an index into a colour
 *     map
 * @param redMax largest red intensity; likewise the other two
 * @param redShift place of the red intensity in the pixel; likewise the other two
 */
public record PixelFormat(
    int bitsPerPixel,
    int depth,
    boolean bigEndian,
    boolean trueColour,
    int redMax,
    int greenMax,
    int blueMax,
    int redShift,
    int greenShift,
    int blueShift) {
  /** Bytes of a PIXEL_FORMAT on the wire, padding included. */
  public static final int WIRE_LENGTH = 16;

  /** The screen's own format, offered in ServerInit: 0x00RRGGBB, least significant byte first. */
  public static final PixelFormat NATIVE =
      new PixelFormat(32, 24, false, true, 255, 255, 255, 16, 8, 0);

  public int bytesPerPixel() {
    return bitsPerPixel / 8;
  }

  /** What is wrong with this format as a client's wish, or null if nothing is. */
  public String fault() {
    if (bitsPerPixel != 8 && bitsPerPixel != 16 && bitsPerPixel != 32) {
      return bitsPerPixel + " bits per pixel";
    }
    if (depth < 1 || depth > bitsPerPixel) {
      return "depth " + depth + " in " + bitsPerPixel + " bits";
    }
    if (!trueColour) {
      return depth < 8 ? "a colour map of depth " + depth : null;
    }
    String fault = channelFault("red", redMax, redShift);
    if (fault == null) {
      fault = channelFault("green", greenMax, greenShift);
    }
    return fault == null ? channelFault("blue", blueMax, blueShift) : fault;
  }

  private String channelFault(String name, int max, int shift) {
    boolean maskLike = (max & max + 1) == 0;
    if (!maskLike || shift >= bitsPerPixel || (long) max << shift >= 1L << bitsPerPixel) {
      return name + " maximum " + max + " at bit " + shift + " of " + bitsPerPixel;
    }
    return null;
  }
}
