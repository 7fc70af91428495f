package io.transvisor.console.rfb.encode;

/**
 * Encoding numbers of RFC 6143 sections 7.7 and 7.8 and of the extensions in the community's RFB
 * protocol description that this server knows, and the ranges of the registered level settings.
 */
public final class Encoding {
  public static final int RAW = 0;
  public static final int COPY_RECT = 1;
  public static final int RRE = 2;
  public static final int HEXTILE = 5;
  public static final int ZLIB = 6;
  public static final int TIGHT = 7;
  public static final int ZRLE = 16;

  /** Pseudo-encodings -32 to -23 ask for JPEG quality 0 to 9. */
  public static final int QUALITY_LEVEL_0 = -32;

  public static final int QUALITY_LEVEL_9 = -23;

  /** Pseudo-encoding: the client can change the size of its framebuffer. */
  public static final int DESKTOP_SIZE = -223;

  /** Pseudo-encoding: an update may end with a marker instead of after a count announced. */
  public static final int LAST_RECT = -224;

  /** Pseudo-encoding: the client draws the pointer, which has pixels and a mask. */
  public static final int CURSOR = -239;

  /** Pseudo-encodings -256 to -247 ask for zlib level 0 to 9. */
  public static final int COMPRESSION_LEVEL_0 = -256;

  public static final int COMPRESSION_LEVEL_9 = -247;

  /** Pseudo-encoding: the client can send movements of the pointer instead of positions. */
  public static final int POINTER_MOTION_CHANGE = -257;

  /** Pseudo-encoding: the client can send scan codes. */
  public static final int QEMU_EXTENDED_KEY_EVENT = -258;

  /** Pseudo-encoding: the client shows the keyboard's lights, or follows them. */
  public static final int QEMU_LED_STATE = -261;

  /** Pseudo-encoding: the client takes a new name of the desktop. */
  public static final int DESKTOP_NAME = -307;

  /** Pseudo-encoding: sizes with a layout of monitors, and the client may ask for another size. */
  public static final int EXTENDED_DESKTOP_SIZE = -308;

  /** Pseudo-encoding: the client can ask for shutdown, reboot and reset. */
  public static final int XVP = -309;

  /** Pseudo-encoding: both sides can mark places in the stream and have them echoed. */
  public static final int FENCE = -312;

  /** Pseudo-encoding: updates without requests. */
  public static final int CONTINUOUS_UPDATES = -313;

  /** Pseudo-encoding: the client draws the pointer, which has shades of transparency. */
  public static final int CURSOR_WITH_ALPHA = -314;

  /** Pseudo-encoding: the same as VMware's servers send it. */
  public static final int VMWARE_CURSOR = 0x574D_5664;

  /** Pseudo-encoding: the lights as VMware's servers send them. */
  public static final int VMWARE_LED_STATE = 0x574D_5668;

  private Encoding() {}
}
