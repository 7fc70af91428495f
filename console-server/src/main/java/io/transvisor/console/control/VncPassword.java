package io.transvisor.console.control;

import java.time.Instant;

/** What an operator can do to the password of the VNC server. */
public interface VncPassword {
  /**
   * Asks viewers that come from now on for another password; those who are there stay. The empty
   * one lets nobody in.
   *
   * @throws io.transvisor.core.error.VmmException if viewers are asked for none
   */
  void set(String password);

  /**
   * Lets nobody in from a time on.
   *
   * @param at {@link Instant#MAX} for never
   */
  void expire(Instant at);

  /**
   * Reads a time as QEMU's expire_password has it: {@code now}, {@code never}, {@code +SECONDS}
   * from now, or seconds of Unix time.
   *
   * @return null if it is none of them
   */
  static Instant time(String text) {
    if (text.equals("now")) {
      return Instant.EPOCH;
    }
    if (text.equals("never")) {
      return Instant.MAX;
    }
    if (!text.matches("\\+?[0-9]{1,12}")) {
      return null;
    }
    long seconds = Long.parseLong(text);
    return text.startsWith("+")
        ? Instant.now().plusSeconds(seconds)
        : Instant.ofEpochSecond(seconds);
  }
}
