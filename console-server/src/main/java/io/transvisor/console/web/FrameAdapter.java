package io.transvisor.console.web;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToMessageCodec;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.transvisor.console.rfb.message.RfbProtocolException;
import java.util.List;

/**
 * RFB's bytes in WebSocket frames, as the community's RFB protocol description has it: where frames
 * begin and end means nothing.
 */
final class FrameAdapter extends MessageToMessageCodec<WebSocketFrame, ByteBuf> {
  @Override
  protected void encode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) {
    out.add(new BinaryWebSocketFrame(bytes.retain()));
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, WebSocketFrame frame, List<Object> out) {
    switch (frame) {
      case BinaryWebSocketFrame f -> out.add(f.content().retain());
      case ContinuationWebSocketFrame f -> out.add(f.content().retain());
      case TextWebSocketFrame _ -> throw new RfbProtocolException("text frame from the browser");
      default -> {
        // Control frames have been dealt with before.
      }
    }
  }
}
