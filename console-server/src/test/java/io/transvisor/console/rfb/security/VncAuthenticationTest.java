package io.transvisor.console.rfb.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.ssl.SslContext;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class VncAuthenticationTest {
  private static final byte[] CHALLENGE = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  @Test
  void encryptsAsTheFirstImplementationDid() {
    // The fixed key under which vncpasswd files store passwords, and the known file for "password".
    byte[] key = {23, 82, 107, 6, 35, 78, 88, 7};
    byte[] plain = "passwordpassword".getBytes(StandardCharsets.US_ASCII);
    byte[] encrypted =
        VncAuthentication.response(new String(key, StandardCharsets.ISO_8859_1), plain);
    assertThat(HexFormat.of().formatHex(encrypted)).isEqualTo("dbd83cfd727a1458".repeat(2));
  }

  @Test
  void acceptsTheRightPasswordsOnly() {
    Credentials credentials = new Credentials("secret", "looker", null);
    assertThat(check(credentials, "secret")).contains(Access.FULL);
    assertThat(check(credentials, "looker")).contains(Access.VIEW_ONLY);
    assertThat(check(credentials, "Secret")).isEmpty();
    assertThat(check(credentials, "")).isEmpty();
    assertThat(credentials.check(CHALLENGE, new byte[16])).isEmpty();
  }

  @Test
  void onlyEightBytesCountHere() {
    Credentials credentials = Credentials.of("12345678");
    assertThat(check(credentials, "123456789")).isPresent();
    assertThat(check(credentials, "1234567")).isEmpty();
  }

  @Test
  void wholePasswordsAndNamesCountWhereTheyAreSentAsSuch() {
    Credentials credentials = new Credentials("1234567890", null, "anna");
    assertThat(credentials.check("anna", "1234567890")).contains(Access.FULL);
    assertThat(credentials.check("anna", "12345678")).isEmpty();
    assertThat(credentials.check("otto", "1234567890")).isEmpty();
    assertThat(Credentials.of("x").check("anybody", "x")).contains(Access.FULL);
  }

  @Test
  void challengesDiffer() {
    ByteBuf sent = Unpooled.buffer();
    VncAuthentication authentication = new VncAuthentication(new PasswordGate(Credentials.of("x")));
    authentication.begin(new Recorder(sent));
    authentication.begin(new Recorder(sent));
    assertThat(sent.readableBytes()).isEqualTo(32);
    assertThat(sent.readSlice(16)).isNotEqualTo(sent.readSlice(16));
  }

  private record Recorder(ByteBuf sent) implements SecurityType.Peer {
    @Override
    public void send(Consumer<ByteBuf> message) {
      message.accept(sent);
    }

    @Override
    public void setPatience(int seconds) {
      assertThat(seconds).isEqualTo(SecurityType.PASSWORD_TIMEOUT_SECONDS);
    }

    @Override
    public void startTls(SslContext context) {
      throw new AssertionError("not here");
    }
  }

  private static Optional<Access> check(Credentials credentials, String password) {
    return credentials.check(CHALLENGE, VncAuthentication.response(password, CHALLENGE));
  }
}
