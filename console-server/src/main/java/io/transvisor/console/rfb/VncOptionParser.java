package io.transvisor.console.rfb;

import io.transvisor.console.rfb.security.SecurityObjects;
import io.transvisor.console.rfb.security.SecurityOptions;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.core.error.VmmException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the argument of {@code -vnc} in QEMU's syntax: {@code none}, or {@code [HOST]:N} followed
 * by options separated by commas.
 *
 * <p>Options: those of {@link SecurityOptions}, {@code to=L} (last display tried), {@code
 * share=allow-exclusive|force-shared|ignore}, {@code idle-timeout=SECONDS}. {@code lossy}, {@code
 * non-adaptive} and {@code key-delay-ms} are accepted and change nothing: what may be lost is the
 * viewer's choice.
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
  private final SecurityOptions security;
  private SharePolicy share = SharePolicy.ALLOW_EXCLUSIVE;
  private int idleSeconds;

  private VncOptionParser(String argument, SecurityObjects objects) {
    this.argument = argument;
    security = new SecurityOptions(objects, this::error);
  }

  /** The options meant, or empty for {@code none}. */
  static Optional<VncOptions> parse(String argument, SecurityObjects objects, String desktopName) {
    if (argument.equals("none")) {
      return Optional.empty();
    }
    return Optional.of(new VncOptionParser(argument, objects).read(desktopName));
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
    SecurityPolicy policy = security.policy();
    if (host.isEmpty() && !policy.credentials().isRequired() && !policy.insecure()) {
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
        policy,
        share,
        idleSeconds,
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
    if (security.take(name, value)) {
      return;
    }
    switch (name) {
      case "share" -> share = share(required(name, value));
      case "idle-timeout" -> idleSeconds = seconds(required(name, value));
      case "to" -> {
        lastDisplay = display(required(name, value));
        if (lastDisplay < display) {
          throw error("to=" + value + " is below display " + display);
        }
      }
      case "lossy", "non-adaptive", "key-delay-ms" -> {
        // Tuning that is the viewer's here.
      }
      case "" -> throw error("empty option");
      default ->
          throw error(
              "option '"
                  + name
                  + "' is not supported (known: to, share, idle-timeout, "
                  + SecurityOptions.NAMES
                  + ")");
    }
  }

  private int seconds(String value) {
    if (!value.matches("[0-9]{1,7}")) {
      throw error("idle-timeout=" + value + ": expected seconds");
    }
    return Integer.parseInt(value);
  }

  private SharePolicy share(String value) {
    for (SharePolicy policy : SharePolicy.values()) {
      if (policy.optionValue().equals(value)) {
        return policy;
      }
    }
    throw error("share=" + value + ": expected allow-exclusive, force-shared or ignore");
  }

  private String required(String name, String value) {
    if (value == null || value.isEmpty()) {
      throw error("option '" + name + "' needs a value");
    }
    return value;
  }

  private VmmException error(String what) {
    return new VmmException("-vnc " + argument + ": " + what);
  }
}
