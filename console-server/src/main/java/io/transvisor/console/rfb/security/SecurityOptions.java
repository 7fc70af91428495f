package io.transvisor.console.rfb.security;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The part of {@code -vnc} and {@code -web} that says who is let in: {@code password-file=F},
 * {@code password-secret=ID}, {@code password=on} (the monitor sets it), {@code
 * view-only-password-file=F}, {@code user=NAME}, {@code tls=on|off}, {@code tls-creds=ID}, {@code
 * insecure=on}. The identifiers are those of {@code -object}, as in QEMU.
 */
public final class SecurityOptions {
  /** The names of these options, for messages. */
  public static final String NAMES =
      "password-file, password-secret, password, view-only-password-file, user, tls, tls-creds, insecure";

  private final Function<String, VmmException> error;
  private final SecurityObjects objects;
  private String password;
  private String viewOnlyPassword;
  private String user;
  private TlsCredentials tls;
  private boolean tlsOff;
  private boolean insecure;

  /**
   * @param objects those of {@code -object}
   * @param error makes an exception of what is wrong, naming the option as a whole
   */
  public SecurityOptions(SecurityObjects objects, Function<String, VmmException> error) {
    this.objects = objects;
    this.error = error;
  }

  /**
   * Takes an option if it is one of these.
   *
   * @param value null if there is none
   * @return whether it is
   */
  public boolean take(String name, String value) {
    switch (name) {
      case "password-file" -> password = passwordFrom(required(name, value));
      case "password-secret" -> password = passwordFrom(objects.secret(required(name, value)));
      case "view-only-password-file" -> viewOnlyPassword = passwordFrom(required(name, value));
      case "user" -> user = required(name, value);
      case "insecure" -> insecure = isOn(name, value);
      case "tls-creds" -> tls = objects.tls(required(name, value));
      case "tls" -> {
        tlsOff = !isOn(name, value);
        tls = tlsOff ? null : TlsCredentials.selfMade();
      }
      case "password" -> {
        if (isOn(name, value) && password == null) {
          password = Credentials.UNSET;
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Whether {@code tls=off} was given. */
  public boolean isTlsOff() {
    return tlsOff;
  }

  /**
   * All of them together.
   *
   * @throws VmmException if they do not go together
   */
  public SecurityPolicy policy() {
    if (password == null && (viewOnlyPassword != null || user != null)) {
      throw error.apply(
          (user != null ? "user" : "view-only-password-file") + " needs password-file");
    }
    if (viewOnlyPassword != null && viewOnlyPassword.equals(password)) {
      throw error.apply("the two passwords are the same");
    }
    return new SecurityPolicy(new Credentials(password, viewOnlyPassword, user), tls, insecure);
  }

  private boolean isOn(String name, String value) {
    if (value == null || value.equals("on") || value.equals("yes")) {
      return true;
    }
    if (value.equals("off") || value.equals("no")) {
      return false;
    }
    throw error.apply(name + "=" + value + ": expected on or off");
  }

  private String required(String name, String value) {
    if (value == null || value.isEmpty()) {
      throw error.apply("option '" + name + "' needs a value");
    }
    return value;
  }

  /** The first line; bytes are kept as they are, since the protocol gives them no character set. */
  private String passwordFrom(String file) {
    String text;
    try {
      text = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException | InvalidPathException e) {
      throw error.apply("cannot read the password file " + file);
    }
    String line = text.lines().findFirst().orElse("");
    if (line.isEmpty()) {
      throw error.apply("the first line of the password file " + file + " is empty");
    }
    return line;
  }
}
