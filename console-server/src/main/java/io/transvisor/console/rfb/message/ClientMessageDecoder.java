package io.transvisor.console.rfb.message;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.transvisor.console.rfb.encode.Area;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.message.ClientMessage.ClientCutText;
import io.transvisor.console.rfb.message.ClientMessage.FramebufferUpdateRequest;
import io.transvisor.console.rfb.message.ClientMessage.KeyEvent;
import io.transvisor.console.rfb.message.ClientMessage.PointerEvent;
import io.transvisor.console.rfb.message.ClientMessage.SetEncodings;
import io.transvisor.console.rfb.message.ClientMessage.SetPixelFormat;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the byte stream into {@link ClientMessage}s. Messages of variable length are taken in as
 * they arrive, so that no length field makes the server hold more than {@link #MAX_ENCODINGS}
 * numbers.
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
      if (in.readableBytes() >= fixedLength(type)) {
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
      default -> throw new RfbProtocolException("unknown message type " + type);
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
        Area area =
            new Area(
                in.readUnsignedShort(),
                in.readUnsignedShort(),
                in.readUnsignedShort(),
                in.readUnsignedShort());
        out.add(new FramebufferUpdateRequest(incremental, area));
      }
      case KEY_EVENT -> {
        boolean down = in.readByte() != 0;
        out.add(new KeyEvent(down, in.skipBytes(2).readInt()));
      }
      case POINTER_EVENT ->
          out.add(
              new PointerEvent(
                  in.readUnsignedByte(), in.readUnsignedShort(), in.readUnsignedShort()));
      default -> {
        long length = in.skipBytes(3).readUnsignedInt();
        if (length > MAX_CUT_TEXT) {
          throw new RfbProtocolException("clipboard text of " + length + " bytes");
        }
        cutTextLength = (int) length;
        cutTextLeft = cutTextLength;
        continueCutText(in, out);
      }
    }
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
