package io.transvisor.console.rfb.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.client.PixelFormats;
import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.encode.PixelFormat;
import io.transvisor.console.rfb.input.GuestKeyboard;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.console.rfb.message.ClientMessageDecoder;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.core.display.Screen;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * After the handshake: no messages break a session, whatever formats and encodings they ask for.
 */
class RfbSessionFuzzTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 80;
  private static final int[] PICTURE = TestPictures.desktop(WIDTH, HEIGHT);

  static Stream<byte[]> seeds() throws IOException {
    Stream.Builder<byte[]> seeds = Stream.builder();
    for (PixelFormat format : PixelFormats.ALL) {
      for (int encoding :
          new int[] {
            Encoding.RAW,
            Encoding.RRE,
            Encoding.HEXTILE,
            Encoding.ZLIB,
            Encoding.TIGHT,
            Encoding.ZRLE
          }) {
        ByteBuf out = Unpooled.buffer();
        out.writeInt(0).writeBytes(RfbTestClient.pixelFormatBytes(format));
        out.writeByte(2).writeByte(0).writeShort(4).writeInt(encoding);
        out.writeInt(Encoding.FENCE).writeInt(Encoding.LAST_RECT).writeInt(-25);
        out.writeByte(3).writeByte(0).writeInt(0).writeShort(WIDTH).writeShort(HEIGHT);
        out.writeByte(3).writeByte(1).writeInt(0).writeShort(WIDTH).writeShort(HEIGHT);
        seeds.add(ByteBufUtil.getBytes(out));
      }
    }
    return seeds.build();
  }

  @MethodSource("seeds")
  @FuzzTest
  void servesOrDisconnects(byte[] data) {
    Screen screen = TestPictures.screen(WIDTH, HEIGHT, PICTURE);
    RecordingInput guest = new RecordingInput();
    Desktop desktop =
        new Desktop(
            screen,
            new GuestKeyboard(guest, KeyboardLayout.EN_US),
            new GuestPointer(guest),
            "G",
            Optional.empty());
    EmbeddedChannel channel =
        new EmbeddedChannel(new ClientMessageDecoder(), new RfbSession(desktop, Access.FULL));
    try {
      channel.writeInbound(Unpooled.wrappedBuffer(data));
      screen.resize(WIDTH + 8, HEIGHT - 8);
      screen.paint(0, 0, 50, 50, (p, stride) -> TestPictures.fill(p, stride, 9, 9, 9, 9, 1));
      channel.writeInbound(Unpooled.wrappedBuffer(data));
    } catch (DecoderException e) {
      assertThat(e).hasCauseInstanceOf(RfbProtocolException.class);
    } catch (RfbProtocolException e) {
      assertThat(e.getMessage()).doesNotContain("\n");
    }
    channel.finishAndReleaseAll();
    assertThat(guest.held()).as("let go at the end").isEmpty();
  }
}
