package io.transvisor.console.web;

import io.transvisor.console.rfb.security.Access;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Browsers that have shown a password, by the secret their cookie carries. Bounded: the one that
 * was used longest ago is forgotten first. Thread-safe.
 */
final class WebSessions {
  static final int MAX = 256;

  /** How long a session lasts without being used. */
  static final long IDLE_NANOS = TimeUnit.HOURS.toNanos(12);

  private static final int TOKEN_BYTES = 24;

  private static final class Session {
    final Access access;
    long used;

    Session(Access access, long used) {
      this.access = access;
      this.used = used;
    }
  }

  private final LongSupplier nanoTime;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Session> sessions =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
          return size() > MAX;
        }
      };

  WebSessions(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** A new session's secret. */
  synchronized String open(Access access) {
    byte[] token = new byte[TOKEN_BYTES];
    random.nextBytes(token);
    String text = HexFormat.of().formatHex(token);
    sessions.put(text, new Session(access, nanoTime.getAsLong()));
    return text;
  }

  /** What the bearer of a secret may do; empty if it is none of ours, or too old. */
  synchronized Optional<Access> find(String token) {
    Session session = token == null ? null : sessions.get(token);
    if (session == null) {
      return Optional.empty();
    }
    long now = nanoTime.getAsLong();
    if (now - session.used > IDLE_NANOS) {
      sessions.remove(token);
      return Optional.empty();
    }
    session.used = now;
    return Optional.of(session.access);
  }

  synchronized void close(String token) {
    sessions.remove(token);
  }
}
