package io.transvisor.console.rfb.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Who is let in by what they know. Characters of passwords stand for bytes of ISO 8859-1.
 *
 * @param password opens everything; null lets everybody in, the empty one nobody
 * @param viewOnlyPassword lets one look, or null for none
 * @param user the name that must come with a password where the protocol has a place for it, or
 *     null for any
 */
public record Credentials(String password, String viewOnlyPassword, String user) {
  /** What lets nobody in until an operator sets another: no password is empty. */
  static final String UNSET = "";

  /** Lets everybody in. */
  public static final Credentials NONE = new Credentials(null, null, null);

  /** Only a password for everything, or null for none. */
  public static Credentials of(String password) {
    return new Credentials(password, null, null);
  }

  public boolean isRequired() {
    return password != null;
  }

  /** Whether the password that is asked for is one. */
  public boolean isSet() {
    return !UNSET.equals(password);
  }

  /**
   * What the answer to a challenge of VNC Authentication opens; takes the same time for every
   * answer.
   */
  public Optional<Access> check(byte[] challenge, byte[] response) {
    boolean full =
        isSet() && MessageDigest.isEqual(VncAuthentication.response(password, challenge), response);
    boolean view =
        viewOnlyPassword != null
            && MessageDigest.isEqual(
                VncAuthentication.response(viewOnlyPassword, challenge), response);
    return access(full, view);
  }

  /** What a name and a password sent as such open; takes the same time whichever is wrong. */
  public Optional<Access> check(String givenUser, String givenPassword) {
    boolean userRight = user == null || isEqual(user, givenUser);
    boolean full = isSet() && isEqual(password, givenPassword);
    boolean view = viewOnlyPassword != null && isEqual(viewOnlyPassword, givenPassword);
    return access(full && userRight, view && userRight);
  }

  private static Optional<Access> access(boolean full, boolean view) {
    if (full) {
      return Optional.of(Access.FULL);
    }
    return view ? Optional.of(Access.VIEW_ONLY) : Optional.empty();
  }

  private static boolean isEqual(String a, String b) {
    return MessageDigest.isEqual(
        a.getBytes(StandardCharsets.ISO_8859_1), b.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Leaves the passwords out, so that options can be logged. */
  @Override
  public String toString() {
    return "Credentials[password=%s, viewOnlyPassword=%s, user=%s]"
        .formatted(
            password == null ? "none" : "set", viewOnlyPassword == null ? "none" : "set", user);
  }
}
