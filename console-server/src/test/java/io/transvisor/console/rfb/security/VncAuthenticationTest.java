package io.transvisor.console.rfb.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class VncAuthenticationTest {
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
  void acceptsTheRightPasswordOnly() {
    VncAuthentication authentication = new VncAuthentication("secret");
    byte[] challenge = authentication.challenge();
    assertThat(accepts(authentication, challenge, "secret")).isTrue();
    assertThat(accepts(authentication, challenge, "Secret")).isFalse();
    assertThat(accepts(authentication, challenge, "")).isFalse();
    assertThat(authentication.accepts(challenge, new byte[16])).isFalse();
  }

  @Test
  void onlyEightBytesCount() {
    VncAuthentication authentication = new VncAuthentication("12345678");
    byte[] challenge = authentication.challenge();
    assertThat(accepts(authentication, challenge, "123456789")).isTrue();
    assertThat(accepts(authentication, challenge, "1234567")).isFalse();
  }

  @Test
  void challengesDiffer() {
    VncAuthentication authentication = new VncAuthentication("x");
    assertThat(Arrays.equals(authentication.challenge(), authentication.challenge())).isFalse();
  }

  private static boolean accepts(VncAuthentication a, byte[] challenge, String password) {
    return a.accepts(challenge, VncAuthentication.response(password, challenge));
  }
}
