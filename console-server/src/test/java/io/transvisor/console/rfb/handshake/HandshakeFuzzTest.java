package io.transvisor.console.rfb.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.PasswordGate;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.TlsCredentials;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** No bytes open the door without the password, and none break it. */
class HandshakeFuzzTest {
  private static final String PASSWORD = "sesame";

  /** What the first byte's lowest bits choose. */
  private static final int OPEN = 0;

  private static final int IN_TLS = 3;

  /** Up to where TLS begins: version, VeNCrypt, its version, X509Plain. */
  private static final byte[] TO_TLS = latin1("RFB 003.008\n\23\0\2\0\0\1\6");

  @TempDir private static Path directory;

  private static SslContext server;
  private static SslContext client;

  private EmbeddedChannel channel;

  @BeforeAll
  static void makeCertificate() throws SSLException {
    server = new TlsCredentials(directory, true).open();
    client =
        SslContextBuilder.forClient()
            .trustManager(InsecureTrustManagerFactory.INSTANCE)
            .endpointIdentificationAlgorithm(null)
            .build();
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
            "\0RFB 003.003\n\1",
            "\1RFB 003.003\n0123456789abcdef\1",
            "\0RFB 003.007\n\1\1",
            "\4RFB 003.008\n\1\0",
            "\5RFB 003.008\n\2" + "0123456789abcdef\1",
            "\1RFB 004.001\n\2",
            "\1RFB 003.889\n\2",
            "\1GET / HTTP/1.1\r\n\r\n",
            // VeNCrypt and the beginning of a ClientHello, for each sub-type.
            "\2RFB 003.008\n\23\0\2\0\0\1\4\26\3\1\0\4\1\0\0\0",
            "\376RFB 003.008\n\23\0\2\0\0\1\5\26\3\1\2\0\1\0\1\374\3\3",
            "\2RFB 003.008\n\23\0\2\0\0\1\6\26\3\3\0\1\1",
            "\2RFB 003.007\n\23\0\1",
            // Inside of TLS: name and password.
            "\3\0\0\0\4\0\0\0\6usersesame\1",
            "\373\0\0\0\0\0\0\0\6secret\1",
            "\377\0\0\4\1\177\377\377\377")
        .map(HandshakeFuzzTest::latin1);
  }

  /** Of the first byte, bits 0 and 1 say what is asked for, the rest the length of pieces. */
  @MethodSource("seeds")
  @FuzzTest
  void refusesOrLetsIn(byte[] data) throws SSLException {
    if (data.length == 0) {
      return;
    }
    int mode = data[0] & 3;
    int piece = ((data[0] & 0xFF) >> 2) + 1;
    byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
    AtomicInteger letIn = new AtomicInteger();
    Credentials credentials = mode == OPEN ? Credentials.NONE : Credentials.of(PASSWORD);
    channel =
        new EmbeddedChannel(
            new HandshakeHandler(
                SecurityPolicy.types(new PasswordGate(credentials), mode < 2 ? null : server),
                new FailureLockout(() -> 0),
                InetAddress.getLoopbackAddress(),
                (ctx, access, shared) -> letIn.incrementAndGet()));
    try {
      if (mode == IN_TLS) {
        sendEncrypted(bytes, piece);
      } else {
        send(bytes, piece);
      }
    } catch (DecoderException e) {
      assertThat(e.getCause()).isInstanceOfAny(RfbProtocolException.class, SSLException.class);
    }
    boolean mayEnter =
        mode == OPEN
            || mode == IN_TLS && new String(bytes, StandardCharsets.ISO_8859_1).contains(PASSWORD);
    assertThat(letIn.get()).isLessThanOrEqualTo(mayEnter ? 1 : 0);
    channel.finishAndReleaseAll();
  }

  private void send(byte[] bytes, int piece) {
    for (int at = 0; at < bytes.length && channel.isOpen(); at += piece) {
      int length = Math.min(piece, bytes.length - at);
      channel.writeInbound(Unpooled.copiedBuffer(bytes, at, length));
    }
  }

  /** The bytes as a client's inside of TLS, which is made first. */
  private void sendEncrypted(byte[] bytes, int piece) {
    send(TO_TLS, TO_TLS.length);
    // What is said before TLS.
    channel.releaseOutbound();
    EmbeddedChannel peer = new EmbeddedChannel(client.newHandler(Unpooled.EMPTY_BUFFER.alloc()));
    try {
      while (carry(peer, channel) | carry(channel, peer)) {
        // Until neither has anything more to say.
      }
      for (int at = 0; at < bytes.length && channel.isOpen(); at += piece) {
        peer.writeOutbound(Unpooled.copiedBuffer(bytes, at, Math.min(piece, bytes.length - at)));
        carry(peer, channel);
      }
    } finally {
      peer.finishAndReleaseAll();
    }
  }

  private static boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
    boolean any = false;
    ByteBuf bytes = from.readOutbound();
    while (bytes != null) {
      any = true;
      to.writeInbound(bytes);
      bytes = from.readOutbound();
    }
    return any;
  }
}
