package io.transvisor.console.rfb.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.transvisor.console.rfb.message.ClientMessage.SetEncodings;
import io.transvisor.console.rfb.message.ClientMessage.SetPixelFormat;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever bytes a client sends, in whatever pieces: messages or one protocol error, nothing else.
 */
class ClientMessageDecoderFuzzTest {
  static Stream<byte[]> seeds() throws IOException {
    return ClientMessageDecoderTest.fuzzSeeds();
  }

  /** The first byte is the length of the pieces the others arrive in. */
  @MethodSource("seeds")
  @FuzzTest
  void decodesOrRefuses(byte[] data) {
    if (data.length == 0) {
      return;
    }
    int piece = Math.max(1, data[0] & 0xFF);
    EmbeddedChannel channel = new EmbeddedChannel(new ClientMessageDecoder());
    try {
      for (int at = 1; at < data.length; at += piece) {
        int length = Math.min(piece, data.length - at);
        channel.writeInbound(Unpooled.copiedBuffer(data, at, length));
      }
    } catch (DecoderException e) {
      assertThat(e).hasCauseInstanceOf(RfbProtocolException.class);
      assertThat(e.getCause().getMessage()).doesNotContain("\n");
    }
    ClientMessage message = channel.readInbound();
    while (message != null) {
      switch (message) {
        case SetPixelFormat(var format) -> assertThat(format.fault()).isNull();
        case SetEncodings(var list) ->
            assertThat(list).hasSizeLessThanOrEqualTo(ClientMessageDecoder.MAX_ENCODINGS);
        default -> {}
      }
      message = channel.readInbound();
    }
    channel.finishAndReleaseAll();
  }
}
