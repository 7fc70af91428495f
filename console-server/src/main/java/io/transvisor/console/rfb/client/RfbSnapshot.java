package io.transvisor.console.rfb.client;

import io.transvisor.console.rfb.VncOptions;
import io.transvisor.console.rfb.security.VncAuthentication;
import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.error.VmmException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Connects to a VNC server, asks for one whole picture in Raw encoding, and leaves (RFC 6143). */
public final class RfbSnapshot {
  /** A guest on a busy host may take its time to draw the first picture. */
  private static final int TIMEOUT_MILLIS = 30_000;

  private static final int SECURITY_NONE = 1;
  private static final int SECURITY_VNC = 2;
  private static final int MAX_SIDE = 8192;

  private final DataInputStream in;
  private final DataOutputStream out;

  private RfbSnapshot(Socket socket) throws IOException {
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 1 << 16));
    out = new DataOutputStream(socket.getOutputStream());
  }

  /**
   * @param display {@code [HOST]:N} as in {@code -vnc}; an empty host is this one
   * @param password for VNC authentication, or null
   * @throws VmmException if nobody answers there, or refuses
   */
  public static Picture take(String display, String password) {
    int colon = display.lastIndexOf(':');
    if (colon < 0 || !display.substring(colon + 1).matches("\\d{1,5}")) {
      throw new VmmException("-vnc " + display + ": expected [HOST]:N");
    }
    String host = colon == 0 ? VncOptions.LOOPBACK : display.substring(0, colon);
    int port = VncOptions.BASE_PORT + Integer.parseInt(display.substring(colon + 1));
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
      return new RfbSnapshot(socket).picture(display, password);
    } catch (IOException e) {
      throw new VmmException(
          "-vnc " + display + ": no picture from port " + port + " (" + e.getMessage() + ")", e);
    }
  }

  private Picture picture(String display, String password) throws IOException {
    in.readFully(new byte[12]);
    out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    authenticate(display, password);
    out.writeByte(1);
    int width = in.readUnsignedShort();
    int height = in.readUnsignedShort();
    if (width > MAX_SIDE || height > MAX_SIDE) {
      throw new IOException("picture of " + width + "x" + height);
    }
    in.readFully(new byte[16]);
    in.skipNBytes(Integer.toUnsignedLong(in.readInt()));
    request(width, height);
    return receive(width, height);
  }

  private void authenticate(String display, String password) throws IOException {
    int count = in.readUnsignedByte();
    if (count == 0) {
      throw new IOException(reason());
    }
    byte[] types = in.readNBytes(count);
    boolean none = false;
    boolean vnc = false;
    for (byte type : types) {
      none |= type == SECURITY_NONE;
      vnc |= type == SECURITY_VNC;
    }
    if (none) {
      out.writeByte(SECURITY_NONE);
    } else if (vnc && password != null) {
      out.writeByte(SECURITY_VNC);
      out.write(VncAuthentication.response(password, in.readNBytes(16)));
    } else {
      throw new VmmException("-vnc " + display + ": asks for a password; give -password-file");
    }
    if (in.readInt() != 0) {
      throw new IOException(reason());
    }
  }

  private String reason() throws IOException {
    int length = Math.clamp(Integer.toUnsignedLong(in.readInt()), 0, 1024);
    return new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private void request(int width, int height) throws IOException {
    // SetPixelFormat: 32 bits, depth 24, big-endian, true colour 8-8-8.
    out.write(new byte[] {0, 0, 0, 0, 32, 24, 1, 1, 0, -1, 0, -1, 0, -1, 16, 8, 0, 0, 0, 0});
    // SetEncodings: Raw. FramebufferUpdateRequest: all of it.
    out.write(new byte[] {2, 0, 0, 1, 0, 0, 0, 0, 3, 0});
    out.writeShort(0);
    out.writeShort(0);
    out.writeShort(width);
    out.writeShort(height);
    out.flush();
  }

  private Picture receive(int width, int height) throws IOException {
    int[] pixels = new int[width * height];
    while (in.readUnsignedByte() != 0) {
      // Bell, the only message without a body that a server sends unasked.
    }
    in.readByte();
    int rectangles = in.readUnsignedShort();
    for (int n = 0; n < rectangles; n++) {
      int x = in.readUnsignedShort();
      int y = in.readUnsignedShort();
      int w = in.readUnsignedShort();
      int h = in.readUnsignedShort();
      if (in.readInt() != 0 || x + w > width || y + h > height) {
        throw new IOException("unexpected rectangle");
      }
      for (int row = y; row < y + h; row++) {
        for (int column = x; column < x + w; column++) {
          pixels[row * width + column] = in.readInt() & 0xFFFFFF;
        }
      }
    }
    return new Picture(width, height, pixels);
  }
}
