package io.transvisor.console.rfb;

import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the argument of {@code -vnc} in QEMU's syntax: {@code none}, or {@code [HOST]:N} followed
 * by options separated by commas.
 *
 * <p>Options: {@code password-file=F}, {@code to=L} (last display tried), {@code
 * share=allow-exclusive|force-shared|ignore}, {@code insecure=on} (no password although other hosts
 * can connect). {@code lossy}, {@code non-adaptive} and {@code key-delay-ms} are accepted and
 * change nothing, since this server is always lossless.
 *
 * <p>{@code :N} means all interfaces with a password and this host only without one.
 */
final class VncOptionParser {
  private static final int MAX_DISPLAY = 65535 - VncOptions.BASE_PORT;

  private static final Logger LOG = LoggerFactory.getLogger(VncOptionParser.class);

  private final String argument;
  private String host;
  private int display;
  private int lastDisplay;
  private String password;
  private boolean insecure;
  private SharePolicy share = SharePolicy.ALLOW_EXCLUSIVE;

  private VncOptionParser(String argument) {
    this.argument = argument;
  }

  /** The options meant, or empty for {@code none}. */
  static Optional<VncOptions> parse(String argument, String desktopName) {
    if (argument.equals("none")) {
      return Optional.empty();
    }
    return Optional.of(new VncOptionParser(argument).read(desktopName));
  }

  private VncOptions read(String desktopName) {
    String[] parts = argument.split(",", -1);
    address(parts[0]);
    lastDisplay = display;
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
      option(name, equals < 0 ? null : parts[i].substring(equals + 1));
    }
    if (host.isEmpty() && password == null && !insecure) {
      host = VncOptions.LOOPBACK;
      LOG.info(
          "-vnc {}: without a password only viewers on this host can connect;"
              + " add ,password-file=FILE for others",
          argument);
    }
    return new VncOptions(
        host,
        VncOptions.BASE_PORT + display,
        VncOptions.BASE_PORT + lastDisplay,
        password,
        insecure,
        share,
        desktopName);
  }

  private void address(String text) {
    int colon = text.lastIndexOf(':');
    if (text.startsWith("unix:") || text.equals("unix")) {
      throw error("Unix sockets are not supported; use HOST:N");
    }
    if (colon < 0) {
      throw error("expected [HOST]:N or none, where N is the display number (TCP port 5900 + N)");
    }
    display = display(text.substring(colon + 1));
    host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw error("put an IPv6 address in brackets, as in [::1]:" + display);
    }
  }

  private int display(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > MAX_DISPLAY) {
      throw error("'" + text + "' is not a display number (0 to " + MAX_DISPLAY + ")");
    }
    return Integer.parseInt(text);
  }

  private void option(String name, String value) {
    switch (name) {
      case "password-file" -> password = passwordFrom(required(name, value));
      case "insecure" -> insecure = isOn(name, value);
      case "share" -> share = share(required(name, value));
      case "to" -> {
        lastDisplay = display(required(name, value));
        if (lastDisplay < display) {
          throw error("to=" + value + " is below display " + display);
        }
      }
      case "lossy", "non-adaptive", "key-delay-ms" -> {
        // Tuning of an encoder that this server does not have.
      }
      case "password", "password-secret" -> {
        if (name.equals("password-secret") || isOn(name, value)) {
          throw error("'" + name + "' is not supported; use password-file=FILE");
        }
      }
      case "" -> throw error("empty option");
      default ->
          throw error(
              "option '" + name + "' is not supported (known: password-file, to, share, insecure)");
    }
  }

  private SharePolicy share(String value) {
    for (SharePolicy policy : SharePolicy.values()) {
      if (policy.optionValue().equals(value)) {
        return policy;
      }
    }
    throw error("share=" + value + ": expected allow-exclusive, force-shared or ignore");
  }

  private boolean isOn(String name, String value) {
    if (value == null || value.equals("on") || value.equals("yes")) {
      return true;
    }
    if (value.equals("off") || value.equals("no")) {
      return false;
    }
    throw error(name + "=" + value + ": expected on or off");
  }

  private String required(String name, String value) {
    if (value == null || value.isEmpty()) {
      throw error("option '" + name + "' needs a value");
    }
    return value;
  }

  /** The first line; bytes are kept as they are, since the protocol gives them no character set. */
  private String passwordFrom(String file) {
    String text;
    try {
      text = Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException | InvalidPathException e) {
      throw new VmmException("-vnc: cannot read the password file " + file, e);
    }
    String line = text.lines().findFirst().orElse("");
    if (line.isEmpty()) {
      throw error("the first line of the password file " + file + " is empty");
    }
    return line;
  }

  private VmmException error(String what) {
    return new VmmException("-vnc " + argument + ": " + what);
  }
}
