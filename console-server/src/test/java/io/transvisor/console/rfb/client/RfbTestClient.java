package io.transvisor.console.rfb.client;

import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.security.VncAuthentication;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A blocking RFB client that keeps a framebuffer and a record of the rectangles it was sent. */
public final class RfbTestClient implements AutoCloseable {
  private static final int READ_TIMEOUT_MILLIS = 10_000;

  /** A rectangle as announced by its header. */
  public record Rect(int x, int y, int width, int height, int encoding) {}

  private final Socket socket = new Socket();
  private final DataInputStream in;
  private final DataOutputStream out;
  private PixelFormat format = PixelFormat.NATIVE;
  private RectDecoder decoder = new RectDecoder(format);
  private int width;
  private int height;
  private int[] framebuffer;
  private String name;
  private int[][] colourMap;
  private int lastCount;
  private final List<String> news = new ArrayList<>();

  public RfbTestClient(InetSocketAddress address) throws IOException {
    // Small, so that a client that does not read holds its server up after one update.
    socket.setReceiveBufferSize(1 << 16);
    socket.connect(address);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** The 3.8 handshake; the password may be null. */
  public static RfbTestClient connect(InetSocketAddress address, String password, boolean shared)
      throws IOException {
    RfbTestClient client = new RfbTestClient(address);
    client.handshake(password, shared);
    return client;
  }

  private void handshake(String password, boolean shared) throws IOException {
    in.readNBytes(12);
    out.write("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    byte[] types = in.readNBytes(in.readUnsignedByte());
    if (types.length == 0) {
      throw new IOException(reason());
    }
    out.write(types[0]);
    if (types[0] == 2) {
      out.write(VncAuthentication.response(password, in.readNBytes(16)));
    }
    if (in.readInt() != 0) {
      throw new IOException(reason());
    }
    out.write(shared ? 1 : 0);
    width = in.readUnsignedShort();
    height = in.readUnsignedShort();
    in.readNBytes(16);
    name = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
    framebuffer = new int[width * height];
  }

  private String reason() throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  public void setPixelFormat(PixelFormat newFormat) throws IOException {
    format = newFormat;
    decoder = decoder.withFormat(format);
    out.write(new byte[] {0, 0, 0, 0});
    out.write(pixelFormatBytes(format));
  }

  /** PIXEL_FORMAT on the wire. */
  public static byte[] pixelFormatBytes(PixelFormat f) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream data = new DataOutputStream(bytes);
    data.write(f.bitsPerPixel());
    data.write(f.depth());
    data.writeBoolean(f.bigEndian());
    data.writeBoolean(f.trueColour());
    data.writeShort(f.redMax());
    data.writeShort(f.greenMax());
    data.writeShort(f.blueMax());
    data.write(f.redShift());
    data.write(f.greenShift());
    data.write(f.blueShift());
    data.write(new byte[3]);
    return bytes.toByteArray();
  }

  public void setEncodings(int... encodings) throws IOException {
    out.write(new byte[] {2, 0});
    out.writeShort(encodings.length);
    for (int e : encodings) {
      out.writeInt(e);
    }
  }

  public void request(boolean incremental) throws IOException {
    request(incremental, 0, 0, width, height);
  }

  public void request(boolean incremental, int x, int y, int w, int h) throws IOException {
    out.write(new byte[] {3, (byte) (incremental ? 1 : 0)});
    out.writeShort(x);
    out.writeShort(y);
    out.writeShort(w);
    out.writeShort(h);
  }

  public void key(boolean down, int keysym) throws IOException {
    out.write(new byte[] {4, (byte) (down ? 1 : 0), 0, 0});
    out.writeInt(keysym);
  }

  public void pointer(int buttons, int x, int y) throws IOException {
    out.write(new byte[] {5, (byte) buttons});
    out.writeShort(x);
    out.writeShort(y);
  }

  public void cutText(String text) throws IOException {
    out.write(new byte[] {6, 0, 0, 0});
    out.writeInt(text.length());
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes as they are. */
  public void send(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  public void scanCode(boolean down, int keysym, int scanCode) throws IOException {
    out.write(new byte[] {(byte) 255, 0, 0, (byte) (down ? 1 : 0)});
    out.writeInt(keysym);
    out.writeInt(scanCode);
  }

  public void fence(int flags, String payload) throws IOException {
    out.write(new byte[] {(byte) 248, 0, 0, 0});
    out.writeInt(flags);
    out.write(payload.length());
    out.write(payload.getBytes(StandardCharsets.ISO_8859_1));
  }

  public void continuousUpdates(boolean on, int x, int y, int w, int h) throws IOException {
    out.write(new byte[] {(byte) 150, (byte) (on ? 1 : 0)});
    out.writeShort(x);
    out.writeShort(y);
    out.writeShort(w);
    out.writeShort(h);
  }

  public void setDesktopSize(int w, int h) throws IOException {
    out.write(new byte[] {(byte) 251, 0});
    out.writeShort(w);
    out.writeShort(h);
    out.write(new byte[] {1, 0});
    out.write(new byte[16]);
  }

  public void xvp(int code) throws IOException {
    out.write(new byte[] {(byte) 250, 0, 1, (byte) code});
  }

  /** Reads messages up to and including the next FramebufferUpdate. */
  public List<Rect> readUpdate() throws IOException {
    List<Rect> rects = readMessage();
    while (rects == null) {
      rects = readMessage();
    }
    return rects;
  }

  /** Reads one message; the rectangles of a FramebufferUpdate, or null if it was another. */
  public List<Rect> readMessage() throws IOException {
    int type = in.readUnsignedByte();
    switch (type) {
      case 0 -> {
        return readRects();
      }
      case 1 -> readColourMap();
      case 150 -> news.add("end of continuous updates");
      case 248 -> {
        in.readNBytes(3);
        int flags = in.readInt();
        byte[] payload = in.readNBytes(in.readUnsignedByte());
        news.add("fence %x %s".formatted(flags, new String(payload, StandardCharsets.ISO_8859_1)));
      }
      case 250 -> {
        in.readUnsignedShort();
        news.add("xvp " + in.readUnsignedByte());
      }
      default -> throw new IOException("message type " + type);
    }
    return null;
  }

  /** Reads one message, which must not be an update. */
  public void readMessageOtherThanUpdate() throws IOException {
    if (readMessage() != null) {
      throw new IOException("an update");
    }
  }

  /** What else than pixels the server has said since the last call. */
  public List<String> takeNews() {
    List<String> taken = List.copyOf(news);
    news.clear();
    return taken;
  }

  private List<Rect> readRects() throws IOException {
    in.readUnsignedByte();
    int count = in.readUnsignedShort();
    lastCount = count;
    List<Rect> rects = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Rect r =
          new Rect(
              in.readUnsignedShort(),
              in.readUnsignedShort(),
              in.readUnsignedShort(),
              in.readUnsignedShort(),
              in.readInt());
      if (r.encoding == -224) {
        return rects;
      }
      rects.add(r);
      switch (r.encoding) {
        case -223 -> resize(r.width, r.height);
        case -239 -> readCursor(r);
        case -314 -> {
          in.readInt();
          readShadedCursor(r, "premultiplied");
        }
        case 0x574D5664 -> {
          in.readUnsignedShort();
          readShadedCursor(r, "straight");
        }
        case -257 -> news.add("pointer " + (r.x == 0 ? "relative" : "absolute"));
        case -258 -> news.add("scan codes");
        case -261 -> news.add("lights " + in.readUnsignedByte());
        case 0x574D5668 -> news.add("lights " + in.readInt());
        case -307 ->
            news.add("name " + new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        case -308 -> {
          news.add("size %d %d %dx%d".formatted(r.x, r.y, r.width, r.height));
          in.readNBytes(16 * (in.readInt() >>> 24));
          if (r.width != width || r.height != height) {
            resize(r.width, r.height);
          }
        }
        default -> decoder.decode(in, r.encoding, framebuffer, width, r.x, r.y, r.width, r.height);
      }
    }
    return rects;
  }

  /** Pixels of the client's format as they come, dots where the mask leaves them out. */
  private void readCursor(Rect r) throws IOException {
    int bytes = format.bytesPerPixel();
    byte[] pixels = in.readNBytes(r.width * r.height * bytes);
    int maskRow = (r.width + 7) / 8;
    byte[] mask = in.readNBytes(maskRow * r.height);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < r.width * r.height; i++) {
      int x = i % r.width;
      boolean opaque = (mask[i / r.width * maskRow + x / 8] << x % 8 & 0x80) != 0;
      rows.append(' ')
          .append(opaque ? HexFormat.of().formatHex(pixels, i * bytes, (i + 1) * bytes) : ".");
    }
    news.add("cursor %dx%d at %d,%d:%s".formatted(r.width, r.height, r.x, r.y, rows));
  }

  private void readShadedCursor(Rect r, String kind) throws IOException {
    String rgba = HexFormat.ofDelimiter(" ").formatHex(in.readNBytes(r.width * r.height * 4));
    news.add("%s cursor %dx%d at %d,%d: %s".formatted(kind, r.width, r.height, r.x, r.y, rgba));
  }

  /** Number of rectangles the latest update announced. */
  public int lastCount() {
    return lastCount;
  }

  private void resize(int newWidth, int newHeight) {
    width = newWidth;
    height = newHeight;
    framebuffer = new int[width * height];
  }

  private void readColourMap() throws IOException {
    in.readUnsignedByte();
    int first = in.readUnsignedShort();
    int count = in.readUnsignedShort();
    colourMap = new int[256][];
    for (int i = first; i < first + count; i++) {
      colourMap[i] =
          new int[] {in.readUnsignedShort(), in.readUnsignedShort(), in.readUnsignedShort()};
    }
  }

  /** Waits for the server to close the connection. */
  public void awaitClose() throws IOException {
    while (in.read() >= 0) {
      // Whatever it still had to say.
    }
  }

  /** Whether nothing arrives for this long. */
  public boolean isSilentFor(int millis) throws IOException {
    socket.setSoTimeout(millis);
    try {
      in.mark(1);
      in.read();
      in.reset();
      return false;
    } catch (SocketTimeoutException e) {
      return true;
    } finally {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    }
  }

  public int width() {
    return width;
  }

  public int height() {
    return height;
  }

  public String name() {
    return name;
  }

  /** Pixel values in the client's format. */
  public int[] framebuffer() {
    return framebuffer;
  }

  /** Red, green and blue (0 to 65535) by index, or null if no map has come. */
  public int[][] colourMap() {
    return colourMap;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
