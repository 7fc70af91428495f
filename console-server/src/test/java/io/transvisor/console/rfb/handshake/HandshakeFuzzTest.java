package io.transvisor.console.rfb.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.SecurityPolicy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** No bytes open the door without the password, and none break it. */
class HandshakeFuzzTest {
  private static final Credentials PASSWORD = Credentials.of("sesame");

  static Stream<byte[]> seeds() {
    return Stream.of(
            "\0RFB 003.003\n\1",
            "\1RFB 003.003\n0123456789abcdef\1",
            "\0RFB 003.007\n\1\1",
            "\2RFB 003.008\n\1\0",
            "\3RFB 003.008\n\2" + "0123456789abcdef\1",
            "\1RFB 004.001\n\2",
            "\1RFB 003.889\n\2",
            "\1GET / HTTP/1.1\r\n\r\n")
        .map(s -> s.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Of the first byte, bit 0 says whether there is a password, the rest the length of pieces. */
  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void refusesOrLetsIn(byte[] data) {
    if (data.length == 0) {
      return;
    }
    boolean locked = (data[0] & 1) != 0;
    int piece = ((data[0] & 0xFF) >> 1) + 1;
    AtomicInteger letIn = new AtomicInteger();
    HandshakeHandler handler =
        new HandshakeHandler(
            SecurityPolicy.types(locked ? PASSWORD : Credentials.NONE, null),
            new FailureLockout(() -> 0),
            InetAddress.getLoopbackAddress(),
            (ctx, access, shared) -> letIn.incrementAndGet());
    EmbeddedChannel channel = new EmbeddedChannel(handler);
    try {
      for (int at = 1; at < data.length && channel.isOpen(); at += piece) {
        int length = Math.min(piece, data.length - at);
        channel.writeInbound(Unpooled.copiedBuffer(data, at, length));
      }
    } catch (DecoderException e) {
      assertThat(e).hasCauseInstanceOf(RfbProtocolException.class);
    }
    assertThat(letIn.get()).isLessThanOrEqualTo(locked ? 0 : 1);
    channel.finishAndReleaseAll();
  }
}
