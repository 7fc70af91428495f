package io.transvisor.console.rfb.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.transvisor.console.rfb.client.RfbTestClient;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientMessageDecoderTest {
  private EmbeddedChannel channel = new EmbeddedChannel(new ClientMessageDecoder());

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  /** One of each message, and what it means. */
  private static byte[] oneOfEach() throws IOException {
    ByteBuf all = Unpooled.buffer();
    all.writeBytes(new byte[4]).writeBytes(RfbTestClient.pixelFormatBytes(PixelFormat.NATIVE));
    all.writeBytes(hex("0200 0003 00000010 00000000 ffffff21"));
    all.writeBytes(hex("0200 0000"));
    all.writeBytes(hex("0301 0001 0002 ffff 0400"));
    all.writeBytes(hex("0401 0000 0000ff0d"));
    all.writeBytes(hex("0505 0102 0304"));
    all.writeBytes(hex("0600 0000 00000003 616263"));
    all.writeBytes(hex("0600 0000 00000000"));
    all.writeBytes(hex("0600 0000 fffffffb 0000000101"));
    all.writeBytes(hex("96 01 0001 0002 0003 0004"));
    all.writeBytes(hex("f8 000000 80000003 02 41ff"));
    all.writeBytes(hex("f8 000000 00000000 00"));
    all.writeBytes(hex("fa 00 01 04"));
    all.writeBytes(hex("fb 00 0320 0258 01 00 00000007 0000 0000 0320 0258 00000000"));
    all.writeBytes(hex("ff 00 0001 0000ff0d 0000009c"));
    all.writeBytes(hex("0400 0000 0000ff0d"));
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }

  /** All messages, after the length of the pieces in which the fuzz test delivers them. */
  static Stream<byte[]> fuzzSeeds() throws IOException {
    byte[] all = oneOfEach();
    return Stream.of(1, 7, 255)
        .map(piece -> Unpooled.buffer().writeByte(piece).writeBytes(all))
        .map(ByteBufUtil::getBytes);
  }

  private static final List<ClientMessage> MEANING =
      List.of(
          new SetPixelFormat(PixelFormat.NATIVE),
          new SetEncodings(List.of(16, 0, -223)),
          new SetEncodings(List.of()),
          new FramebufferUpdateRequest(true, new Area(1, 2, 65535, 1024)),
          new KeyEvent(true, 0xFF0D),
          new PointerEvent(5, 0x102, 0x304),
          new ClientCutText(3),
          new ClientCutText(0),
          new ClientCutText(5),
          new EnableContinuousUpdates(true, new Area(1, 2, 3, 4)),
          new ClientFence(0x8000_0003, "A\u00FF"),
          new ClientFence(0, ""),
          new XvpRequest(1, 4),
          new SetDesktopSize(800, 600),
          new ScanCodeEvent(true, 0xFF0D, 0x9C),
          new KeyEvent(false, 0xFF0D));

  @Test
  void messagesMayBeSplitAnywhere() throws IOException {
    byte[] bytes = oneOfEach();
    for (int split = 0; split <= bytes.length; split++) {
      channel = new EmbeddedChannel(new ClientMessageDecoder());
      channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, split));
      channel.writeInbound(Unpooled.copiedBuffer(bytes, split, bytes.length - split));
      assertThat(messages()).as("split at %d", split).isEqualTo(MEANING);
    }
  }

  @Test
  void messagesMayArriveByteByByte() throws IOException {
    for (byte b : oneOfEach()) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
    }
    assertThat(messages()).isEqualTo(MEANING);
  }

  @Test
  void aTruncatedMessageIsNoMessage() throws IOException {
    byte[] bytes = oneOfEach();
    for (int length = 0; length < bytes.length; length++) {
      channel = new EmbeddedChannel(new ClientMessageDecoder());
      channel.writeInbound(Unpooled.copiedBuffer(bytes, 0, length));
      channel.finish();
      List<ClientMessage> got = messages();
      assertThat(got).hasSizeLessThan(MEANING.size()).isEqualTo(MEANING.subList(0, got.size()));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "01, unknown message type 1",
    "fe, unknown message type 254",
    "ff01, unknown QEMU message 1",
    "f8 000000 00000000 41, fence with 65 bytes",
    "0600 0000 00100001, clipboard text of 1048577 bytes",
    "0600 0000 ffffffff, clipboard text of -1 bytes",
    "0600 0000 ffefffff, clipboard text of -1048577 bytes",
    "0600 0000 80000000, clipboard text of -2147483648 bytes",
    "00000000 18 18 00 01 00ff 00ff 00ff 10 08 00 000000, impossible pixel format: 24 bits per"
        + " pixel",
  })
  void nonsenseEndsTheConnectionWithOneLine(String bytes, String message) {
    assertThatThrownBy(() -> channel.writeInbound(Unpooled.wrappedBuffer(hex(bytes))))
        .hasRootCauseInstanceOf(RfbProtocolException.class)
        .hasRootCauseMessage(message);
  }

  @Test
  void ofTheLongestListOfEncodingsOnlyTheStartIsKept() {
    channel.writeInbound(Unpooled.wrappedBuffer(hex("0200 ffff")));
    for (int i = 0; i < 65535; i++) {
      channel.writeInbound(Unpooled.buffer().writeInt(i));
    }
    ClientMessage message = channel.readInbound();
    assertThat(((SetEncodings) message).encodings())
        .hasSize(ClientMessageDecoder.MAX_ENCODINGS)
        .startsWith(0, 1, 2);
  }

  @Test
  void clipboardTextIsNotCollected() {
    channel.writeInbound(Unpooled.wrappedBuffer(hex("0600 0000 00100000")));
    for (int i = 0; i < 1024; i++) {
      ByteBuf part = Unpooled.wrappedBuffer(new byte[1024]);
      channel.writeInbound(part);
      assertThat(part.refCnt()).as("freed as it arrives").isZero();
    }
    assertThat(messages()).containsExactly(new ClientCutText(1 << 20));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void hostileBytesDoNothingWorseThanEndTheConnection(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] valid = oneOfEach();
    for (int round = 0; round < 500; round++) {
      channel = new EmbeddedChannel(new ClientMessageDecoder());
      byte[] bytes = valid.clone();
      for (int flips = random.nextInt(6); flips >= 0; flips--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        int at = 0;
        while (at < bytes.length) {
          int n = Math.min(1 + random.nextInt(40), bytes.length - at);
          channel.writeInbound(Unpooled.copiedBuffer(bytes, at, n));
          at += n;
        }
      } catch (DecoderException e) {
        assertThat(e)
            .as("seed %d round %d", seed, round)
            .hasRootCauseInstanceOf(RfbProtocolException.class);
      }
      for (ClientMessage m : messages()) {
        if (m instanceof SetPixelFormat(PixelFormat format)) {
          assertThat(format.fault()).isNull();
        }
      }
      channel.finishAndReleaseAll();
    }
  }

  private List<ClientMessage> messages() {
    List<ClientMessage> all = new ArrayList<>();
    ClientMessage m = channel.readInbound();
    while (m != null) {
      all.add(m);
      m = channel.readInbound();
    }
    return all;
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }
}
