package io.transvisor.console.rfb.security;

import io.transvisor.console.control.VncPassword;
import io.transvisor.core.error.VmmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** The credentials that hold now: an operator may change them while viewers come. Thread-safe. */
public final class PasswordGate implements VncPassword {
  private final InstantSource clock;
  private volatile Credentials credentials;
  private volatile Instant expiry = Instant.MAX;

  public PasswordGate(Credentials credentials) {
    this(credentials, InstantSource.system());
  }

  PasswordGate(Credentials credentials, InstantSource clock) {
    this.credentials = credentials;
    this.clock = clock;
  }

  /** Whether a password is asked for; that does not change. */
  boolean isRequired() {
    return credentials.isRequired();
  }

  /** Whether a name must come with the password. */
  boolean isUserRequired() {
    return credentials.user() != null;
  }

  /** As {@link Credentials#check(byte[], byte[])}. */
  Optional<Access> check(byte[] challenge, byte[] response) {
    return unexpired(credentials.check(challenge, response));
  }

  /** As {@link Credentials#check(String, String)}. */
  Optional<Access> check(String user, String password) {
    return unexpired(credentials.check(user, password));
  }

  private Optional<Access> unexpired(Optional<Access> access) {
    return clock.instant().isBefore(expiry) ? access : Optional.empty();
  }

  @Override
  public void set(String password) {
    Credentials before = credentials;
    if (!before.isRequired()) {
      throw new VmmException("viewers are asked for no password; start with -vnc ...,password=on");
    }
    credentials = new Credentials(password, before.viewOnlyPassword(), before.user());
  }

  @Override
  public void expire(Instant at) {
    expiry = at;
  }
}
