package io.transvisor.console.rfb.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Security type 2, VNC Authentication (RFC 6143 section 7.2.2): the server sends 16 random bytes,
 * the client returns them encrypted with DES under the password. The password's first eight bytes
 * are the key, zero-padded, and the bits of each byte are mirrored, as the protocol's first
 * implementation happened to do.
 */
public final class VncAuthentication implements SecurityType {
  /** Bytes of a challenge and of a response. */
  public static final int CHALLENGE_LENGTH = 16;

  /** Bytes of a password that count. */
  public static final int KEY_LENGTH = 8;

  private final PasswordGate gate;
  private final SecureRandom random = new SecureRandom();

  public VncAuthentication(PasswordGate gate) {
    this.gate = gate;
  }

  @Override
  public int number() {
    return VNC;
  }

  @Override
  public Exchange begin(Peer peer) {
    byte[] challenge = new byte[CHALLENGE_LENGTH];
    random.nextBytes(challenge);
    peer.send(out -> out.writeBytes(challenge));
    peer.setPatience(PASSWORD_TIMEOUT_SECONDS);
    return in -> {
      if (in.readableBytes() < CHALLENGE_LENGTH) {
        return null;
      }
      byte[] response = new byte[CHALLENGE_LENGTH];
      in.readBytes(response);
      return Verdict.of(gate.check(challenge, response));
    };
  }

  /** The answer of a client that knows the password. */
  public static byte[] response(String password, byte[] challenge) {
    try {
      Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key(password));
      return cipher.doFinal(challenge);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no DES cipher", e);
    }
  }

  private static SecretKey key(String password) {
    byte[] bytes = Arrays.copyOf(password.getBytes(StandardCharsets.ISO_8859_1), KEY_LENGTH);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
    }
    return new SecretKeySpec(bytes, "DES");
  }
}
