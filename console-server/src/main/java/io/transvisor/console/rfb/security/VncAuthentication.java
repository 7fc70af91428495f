package io.transvisor.console.rfb.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
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
public final class VncAuthentication {
  /** Bytes of a challenge and of a response. */
  public static final int CHALLENGE_LENGTH = 16;

  /** Bytes of a password that count. */
  public static final int KEY_LENGTH = 8;

  private final SecretKey key;
  private final SecureRandom random = new SecureRandom();

  /** Characters stand for bytes of ISO 8859-1, as most viewers send them. */
  public VncAuthentication(String password) {
    this.key = key(password);
  }

  /** A fresh challenge. */
  public byte[] challenge() {
    byte[] challenge = new byte[CHALLENGE_LENGTH];
    random.nextBytes(challenge);
    return challenge;
  }

  /**
   * Whether this is the challenge encrypted under the password; takes the same time for every
   * answer.
   */
  public boolean accepts(byte[] challenge, byte[] response) {
    return MessageDigest.isEqual(encrypt(key, challenge), response);
  }

  /** The answer of a client that knows the password. */
  public static byte[] response(String password, byte[] challenge) {
    return encrypt(key(password), challenge);
  }

  private static SecretKey key(String password) {
    byte[] bytes = Arrays.copyOf(password.getBytes(StandardCharsets.ISO_8859_1), KEY_LENGTH);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (Integer.reverse(bytes[i]) >>> 24);
    }
    return new SecretKeySpec(bytes, "DES");
  }

  private static byte[] encrypt(SecretKey key, byte[] challenge) {
    try {
      Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
      cipher.init(Cipher.ENCRYPT_MODE, key);
      return cipher.doFinal(challenge);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no DES cipher", e);
    }
  }
}
