package io.transvisor.console.monitor;

import io.transvisor.console.control.Installation;
import io.transvisor.console.control.VncPassword;
import io.transvisor.core.error.VmmException;
import java.time.Instant;
import java.util.List;

/** What changes the password of the VNC server. */
final class PasswordCommands {
  private static final List<String> PROTOCOLS = List.of("vnc");

  private final Installation installation;

  private PasswordCommands(Installation installation) {
    this.installation = installation;
  }

  static PasswordCommands define(CommandTable t, Installation installation) {
    PasswordCommands commands = new PasswordCommands(installation);
    t.add(
        "set_password",
        "vnc PASSWORD",
        "asks viewers that come from now on for this password",
        2,
        3,
        commands::set,
        () -> PROTOCOLS);
    t.add(
        "expire_password",
        "vnc TIME",
        "lets nobody in from then on: now, never, +SECONDS, or Unix time",
        2,
        2,
        commands::expire,
        () -> PROTOCOLS);
    return commands;
  }

  private VncPassword password(String protocol) {
    if (!PROTOCOLS.contains(protocol)) {
      throw new VmmException("protocol " + protocol + ": there is only vnc");
    }
    return installation
        .vncPassword()
        .orElseThrow(() -> new VmmException("there is no VNC server; see -vnc"));
  }

  private String set(List<String> arguments) {
    if (arguments.size() == 3 && !arguments.get(2).equals("keep")) {
      throw new VmmException("viewers that are connected stay; say keep, or nothing");
    }
    password(arguments.getFirst()).set(arguments.get(1));
    return "";
  }

  private String expire(List<String> arguments) {
    VncPassword password = password(arguments.getFirst());
    Instant time = VncPassword.time(arguments.get(1));
    if (time == null) {
      throw new VmmException("time " + arguments.get(1) + ": now, never, +SECONDS or Unix time");
    }
    password.expire(time);
    return "";
  }

  /** {@code change vnc password PASSWORD}, which older scripts use. */
  String change(List<String> arguments) {
    if (arguments.size() != 2 || !arguments.getFirst().equals("password")) {
      return "usage: change vnc password PASSWORD";
    }
    password("vnc").set(arguments.getLast());
    return "";
  }
}
