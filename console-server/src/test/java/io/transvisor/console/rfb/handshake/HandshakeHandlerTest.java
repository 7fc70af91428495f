package io.transvisor.console.rfb.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.transvisor.console.rfb.message.RfbProtocolException;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.FailureLockout;
import io.transvisor.console.rfb.security.PasswordGate;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.SecurityType;
import io.transvisor.console.rfb.security.VncAuthentication;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeHandlerTest {
  private static final String PASSWORD = "sesame";

  private final FailureLockout lockout = new FailureLockout(() -> 0);
  private final InetAddress address = InetAddress.getLoopbackAddress();
  private EmbeddedChannel channel;
  private Boolean shared;
  private String refusal;

  private void open(String password) {
    ChannelInboundHandlerAdapter last =
        new ChannelInboundHandlerAdapter() {
          @Override
          public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            refusal = ((HandshakeRefused) event).reason();
          }
        };
    channel =
        new EmbeddedChannel(
            new HandshakeHandler(
                SecurityPolicy.types(new PasswordGate(Credentials.of(password)), null),
                lockout,
                address,
                (ctx, access, isShared) -> shared = isShared),
            last);
    assertThat(text(received())).isEqualTo("RFB 003.008\n");
  }

  @AfterEach
  void close() {
    if (channel != null) {
      channel.finishAndReleaseAll();
    }
  }

  // ---- what each version looks like on the wire; bytes in hexadecimal ----

  @ParameterizedTest
  @CsvSource({
    // client's version, security types sent, choice, SecurityResult sent
    "003.003, 00000001, '', ''",
    "003.005, 00000001, '', ''",
    "003.007, 0101, 01, ''",
    "003.008, 0101, 01, 00000000",
    "003.889, 0101, 01, 00000000",
    "004.001, 0101, 01, 00000000",
  })
  void withoutPassword(String version, String types, String choice, String result) {
    open(null);
    send("RFB " + version + "\n");
    assertThat(hex(received())).isEqualTo(types);
    sendHex(choice);
    assertThat(hex(received())).isEqualTo(result);
    assertThat(shared).isNull();
    sendHex("01");
    assertThat(shared).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"003.003, 00000002, ''", "003.007, 0102, 02", "003.008, 0102, 02"})
  void withTheRightPassword(String version, String types, String choice) {
    open(PASSWORD);
    challengeAndAnswer(version, types, choice, PASSWORD);
    assertThat(hex(received())).isEqualTo("00000000");
    sendHex("00");
    assertThat(shared).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "003.003, 00000002, '', 00000001",
    "003.007, 0102, 02, 00000001",
    "003.008, 0102, 02, 000000010000000e57726f6e672070617373776f7264",
  })
  void withAWrongPassword(String version, String types, String choice, String result) {
    open(PASSWORD);
    challengeAndAnswer(version, types, choice, "sesamo");
    assertThat(hex(received())).isEqualTo(result);
    assertThat(channel.isOpen()).isFalse();
    assertThat(refusal).isEqualTo("Wrong password");
    assertThat(shared).isNull();
  }

  @ParameterizedTest
  @CsvSource({"003.003, 00000000", "003.007, 00", "003.008, 00"})
  void lockedOutAddressesLearnSoAndNothingElse(String version, String types) {
    for (int i = 0; i < FailureLockout.FREE_ATTEMPTS; i++) {
      lockout.failed(address);
    }
    open(PASSWORD);
    send("RFB " + version + "\n");
    byte[] answer = received();
    assertThat(hex(answer)).startsWith(types);
    assertThat(text(answer))
        .endsWith("Too many wrong passwords from your address; try again later");
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void connectionsOpenedBeforeTheLockOutAreNoWayAroundIt() {
    open(PASSWORD);
    for (int i = 0; i < FailureLockout.FREE_ATTEMPTS; i++) {
      lockout.failed(address);
    }
    send("RFB 003.008\n");
    assertThat(refusal).contains("Too many");
  }

  @Test
  void aTypeThatWasNotOfferedIsRefused() {
    open(PASSWORD);
    send("RFB 003.008\n");
    received();
    sendHex("01");
    assertThat(text(received())).endsWith("Security type 1 was not offered");
    assertThat(channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1", "RFB 002.000\n", "RFB 003.008\r", "RFB 3.8     "})
  void otherProtocolsAreNotAnswered(String greeting) {
    open(null);
    assertThatThrownBy(() -> send(greeting)).hasRootCauseInstanceOf(RfbProtocolException.class);
    assertThat(received()).isEmpty();
  }

  @Test
  void bytesMayArriveOneByOne() {
    open(PASSWORD);
    byteByByte("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII));
    assertThat(hex(received())).isEqualTo("0102");
    sendHex("02");
    byteByByte(VncAuthentication.response(PASSWORD, received()));
    assertThat(hex(received())).isEqualTo("00000000");
    sendHex("01");
    assertThat(shared).isTrue();
  }

  @Test
  void everythingMayArriveAtOnceAndMessagesAfterItAreKept() {
    open(null);
    send("RFB 003.008\n\u0001\u0001\u0004\u0001");
    assertThat(hex(received())).isEqualTo("010100000000");
    assertThat(shared).isTrue();
    channel.pipeline().remove(HandshakeHandler.class);
    ByteBuf rest = channel.readInbound();
    assertThat(rest.readableBytes()).isEqualTo(2);
    rest.release();
  }

  @ParameterizedTest
  @CsvSource({"'', 20", "'RFB 003.00', 20", "'RFB 003.008\n', 20"})
  void silentClientsAreDropped(String sent, int seconds) {
    open(null);
    channel.freezeTime();
    send(sent);
    pass(seconds - 1);
    assertThat(channel.isOpen()).isTrue();
    pass(2);
    assertThat(channel.isOpen()).isFalse();
    assertThat(refusal).isEqualTo("no answer for " + seconds + " seconds");
  }

  @Test
  void typingAPasswordMayTakeLonger() {
    open(PASSWORD);
    channel.freezeTime();
    send("RFB 003.003\n");
    pass(SecurityType.PASSWORD_TIMEOUT_SECONDS - 1);
    assertThat(channel.isOpen()).isTrue();
    pass(2);
    assertThat(channel.isOpen()).isFalse();
  }

  private void pass(int seconds) {
    channel.advanceTimeBy(seconds, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
  }

  private void challengeAndAnswer(String version, String types, String choice, String password) {
    send("RFB " + version + "\n");
    byte[] message = received();
    assertThat(hex(message)).startsWith(types);
    byte[] challenge = new byte[VncAuthentication.CHALLENGE_LENGTH];
    if (!choice.isEmpty()) {
      sendHex(choice);
      message = received();
    }
    System.arraycopy(message, message.length - challenge.length, challenge, 0, challenge.length);
    channel.writeInbound(Unpooled.wrappedBuffer(VncAuthentication.response(password, challenge)));
  }

  private void send(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
  }

  private void sendHex(String hex) {
    channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
  }

  private void byteByByte(byte[] bytes) {
    for (byte b : bytes) {
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {b}));
    }
  }

  private byte[] received() {
    ByteBuf all = Unpooled.buffer();
    ByteBuf part = channel.readOutbound();
    while (part != null) {
      all.writeBytes(part);
      part.release();
      part = channel.readOutbound();
    }
    byte[] bytes = new byte[all.readableBytes()];
    all.readBytes(bytes);
    return bytes;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
