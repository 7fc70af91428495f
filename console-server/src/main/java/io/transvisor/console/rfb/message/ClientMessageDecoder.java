package io.transvisor.console.rfb.message;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.message.ClientMessage.ClientCutText;
import io.transvisor.console.rfb.message.ClientMessage.ClientFence;
import io.transvisor.console.rfb.message.ClientMessage.EnableContinuousUpdates;
import io.transvisor.console.rfb.message.ClientMessage.FramebufferUpdateRequest;
import io.transvisor.console.rfb.message.ClientMessage.KeyEvent;
import io.transvisor.console.rfb.message.ClientMessage.PointerEvent;
import io.transvisor.console.rfb.message.ClientMessage.ScanCodeEvent;
import io.transvisor.console.rfb.message.ClientMessage.SetDesktopSize;
import io.transvisor.console.rfb.message.ClientMessage.SetEncodings;
import io.transvisor.console.rfb.message.ClientMessage.SetPixelFormat;
import io.transvisor.console.rfb.message.ClientMessage.XvpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the byte stream into {@link ClientMessage}s. Messages of variable length are taken in as
 * they arrive, so that no length field makes the server hold more than {@link #MAX_ENCODINGS}
 * numbers or the four kilobytes of a SetDesktopSize.
 */
public final class ClientMessageDecoder extends ByteToMessageDecoder {
  /** Encodings remembered of one SetEncodings; viewers send some thirty, the rest is skipped. */
  public static final int MAX_ENCODINGS = 256;

  /** Longest clipboard text accepted, in bytes. */
  public static final int MAX_CUT_TEXT = 1 << 20;

  private static final int SET_PIXEL_FORMAT = 0;
  private static final int SET_ENCODINGS = 2;
  private static final int FRAMEBUFFER_UPDATE_REQUEST = 3;
  private static final int KEY_EVENT = 4;
  private static final int POINTER_EVENT = 5;
  private static final int CLIENT_CUT_TEXT = 6;
  private static final int ENABLE_CONTINUOUS_UPDATES = 150;
  private static final int CLIENT_FENCE = 248;
  private static final int XVP = 250;
  private static final int SET_DESKTOP_SIZE = 251;
  private static final int QEMU = 255;

  /** The one QEMU message this server announces. */
  private static final int QEMU_EXTENDED_KEY_EVENT = 0;

  /** Place of the length in a ClientFence, and bytes before the payload. */
  private static final int FENCE_LENGTH_AT = 8;

  private static final int FENCE_HEADER = 9;

  /** The flags of an extended clipboard message, its least content. */
  private static final int EXTENDED_CUT_TEXT_MIN = 4;

  /** Place of the number of screens in a SetDesktopSize, bytes before them and of each. */
  private static final int SCREENS_AT = 6;

  private static final int SET_DESKTOP_SIZE_HEADER = 8;
  private static final int SCREEN_BYTES = 16;

  /**
   * Encoding numbers still to come of the SetEncodings being read, and those kept; -1 between
   * messages.
   */
  private int encodingsLeft = -1;

  private List<Integer> encodings = List.of();

  /** Clipboard bytes still to come, and of how many; -1 between messages. */
  private int cutTextLeft = -1;

  private int cutTextLength;

  /** After a mistake nothing the client sends has a meaning. */
  private boolean lost;

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (lost) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      next(in, out);
    } catch (RfbProtocolException e) {
      lost = true;
      throw e;
    }
  }

  private void next(ByteBuf in, List<Object> out) {
    if (encodingsLeft >= 0) {
      continueEncodings(in, out);
    } else if (cutTextLeft >= 0) {
      continueCutText(in, out);
    } else {
      int type = in.getUnsignedByte(in.readerIndex());
      int length = fixedLength(type);
      if (in.readableBytes() >= length) {
        length += shortListLength(type, in);
      }
      if (in.readableBytes() >= length) {
        in.skipBytes(1);
        read(type, in, out);
      }
    }
  }

  /** Bytes of a message, or of its part before a list. */
  private static int fixedLength(int type) {
    return switch (type) {
      case SET_PIXEL_FORMAT -> 20;
      case SET_ENCODINGS -> 4;
      case FRAMEBUFFER_UPDATE_REQUEST -> 10;
      case KEY_EVENT -> 8;
      case POINTER_EVENT -> 6;
      case CLIENT_CUT_TEXT -> 8;
      case ENABLE_CONTINUOUS_UPDATES -> 10;
      case CLIENT_FENCE -> FENCE_HEADER;
      case XVP -> 4;
      case SET_DESKTOP_SIZE -> SET_DESKTOP_SIZE_HEADER;
      case QEMU -> 2;
      default -> throw new RfbProtocolException("unknown message type " + type);
    };
  }

  /** Bytes after the fixed part that are few enough to wait for. */
  private static int shortListLength(int type, ByteBuf in) {
    int start = in.readerIndex();
    return switch (type) {
      case CLIENT_FENCE -> {
        int length = in.getUnsignedByte(start + FENCE_LENGTH_AT);
        if (length > ServerMessages.MAX_FENCE_PAYLOAD) {
          throw new RfbProtocolException("fence with " + length + " bytes");
        }
        yield length;
      }
      case SET_DESKTOP_SIZE -> in.getUnsignedByte(start + SCREENS_AT) * SCREEN_BYTES;
      case QEMU -> {
        int subtype = in.getUnsignedByte(start + 1);
        if (subtype != QEMU_EXTENDED_KEY_EVENT) {
          throw new RfbProtocolException("unknown QEMU message " + subtype);
        }
        yield 10;
      }
      default -> 0;
    };
  }

  private void read(int type, ByteBuf in, List<Object> out) {
    switch (type) {
      case SET_PIXEL_FORMAT -> out.add(pixelFormat(in.skipBytes(3)));
      case SET_ENCODINGS -> {
        encodingsLeft = in.skipBytes(1).readUnsignedShort();
        encodings = new ArrayList<>();
        continueEncodings(in, out);
      }
      case FRAMEBUFFER_UPDATE_REQUEST -> {
        boolean incremental = in.readByte() != 0;
        out.add(new FramebufferUpdateRequest(incremental, area(in)));
      }
      case KEY_EVENT -> {
        boolean down = in.readByte() != 0;
        out.add(new KeyEvent(down, in.skipBytes(2).readInt()));
      }
      case POINTER_EVENT ->
          out.add(
              new PointerEvent(
                  in.readUnsignedByte(), in.readUnsignedShort(), in.readUnsignedShort()));
      case CLIENT_CUT_TEXT -> {
        cutTextLength = cutTextLength(in.skipBytes(3).readInt());
        cutTextLeft = cutTextLength;
        continueCutText(in, out);
      }
      case ENABLE_CONTINUOUS_UPDATES -> {
        boolean on = in.readByte() != 0;
        out.add(new EnableContinuousUpdates(on, area(in)));
      }
      case CLIENT_FENCE -> {
        int flags = in.skipBytes(3).readInt();
        int length = in.readUnsignedByte();
        String payload = in.readCharSequence(length, StandardCharsets.ISO_8859_1).toString();
        out.add(new ClientFence(flags, payload));
      }
      case XVP ->
          out.add(new XvpRequest(in.skipBytes(1).readUnsignedByte(), in.readUnsignedByte()));
      case SET_DESKTOP_SIZE -> {
        int width = in.skipBytes(1).readUnsignedShort();
        int height = in.readUnsignedShort();
        int screens = in.readUnsignedByte();
        in.skipBytes(1 + screens * SCREEN_BYTES);
        out.add(new SetDesktopSize(width, height));
      }
      default -> {
        boolean down = in.skipBytes(1).readUnsignedShort() != 0;
        out.add(new ScanCodeEvent(down, in.readInt(), in.readInt()));
      }
    }
  }

  private static Area area(ByteBuf in) {
    return new Area(
        in.readUnsignedShort(),
        in.readUnsignedShort(),
        in.readUnsignedShort(),
        in.readUnsignedShort());
  }

  /** A negative length announces the extended clipboard's format, flags first. */
  private static int cutTextLength(int length) {
    long bytes = Math.abs((long) length);
    if (bytes > MAX_CUT_TEXT || length < 0 && bytes < EXTENDED_CUT_TEXT_MIN) {
      throw new RfbProtocolException("clipboard text of " + length + " bytes");
    }
    return (int) bytes;
  }

  private void continueEncodings(ByteBuf in, List<Object> out) {
    while (encodingsLeft > 0 && in.readableBytes() >= 4) {
      int encoding = in.readInt();
      if (encodings.size() < MAX_ENCODINGS) {
        encodings.add(encoding);
      }
      encodingsLeft--;
    }
    if (encodingsLeft == 0) {
      out.add(new SetEncodings(List.copyOf(encodings)));
      encodingsLeft = -1;
      encodings = List.of();
    }
  }

  private void continueCutText(ByteBuf in, List<Object> out) {
    int here = Math.min(cutTextLeft, in.readableBytes());
    in.skipBytes(here);
    cutTextLeft -= here;
    if (cutTextLeft == 0) {
      out.add(new ClientCutText(cutTextLength));
      cutTextLeft = -1;
    }
  }

  private static SetPixelFormat pixelFormat(ByteBuf in) {
    PixelFormat format =
        new PixelFormat(
            in.readUnsignedByte(),
            in.readUnsignedByte(),
            in.readByte() != 0,
            in.readByte() != 0,
            in.readUnsignedShort(),
            in.readUnsignedShort(),
            in.readUnsignedShort(),
            in.readUnsignedByte(),
            in.readUnsignedByte(),
            in.readUnsignedByte());
    in.skipBytes(3);
    String fault = format.fault();
    if (fault != null) {
      throw new RfbProtocolException("impossible pixel format: " + fault);
    }
    return new SetPixelFormat(format);
  }
}
