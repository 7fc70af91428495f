package io.transvisor.console.web;

import io.transvisor.console.rfb.VncOptions;
import io.transvisor.console.rfb.security.SecurityObjects;
import io.transvisor.console.rfb.security.SecurityOptions;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.console.rfb.security.TlsCredentials;
import io.transvisor.core.error.VmmException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the web console is served and to whom.
 *
 * @param host address or name to listen on; empty for all interfaces
 * @param port TCP port; 0 takes any free one
 * @param media directory whose images can be put into drives from the page, or null
 */
public record WebOptions(String host, int port, SecurityPolicy security, Path media) {
  /**
   * Reads the argument of {@code -web}: {@code [HOST]:PORT} and options separated by commas, those
   * of {@link SecurityOptions} and {@code media=DIR}. Without a host it is this host only if there
   * is no password, otherwise all interfaces. What other hosts can reach is encrypted unless {@code
   * tls=off} says otherwise.
   *
   * @throws VmmException when it is not understood, or would give the guest to everybody
   */
  public static WebOptions parse(String argument, SecurityObjects objects) {
    String[] parts = argument.split(",", -1);
    SecurityOptions security = new SecurityOptions(objects, what -> error(argument, what));
    Path media = null;
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
      String value = equals < 0 ? null : parts[i].substring(equals + 1);
      if (name.equals("media") && value != null && !value.isEmpty()) {
        media = directory(argument, value);
      } else if (!security.take(name, value)) {
        throw error(
            argument,
            "option '"
                + parts[i]
                + "' is not supported (known: media=DIR, "
                + SecurityOptions.NAMES
                + ")");
      }
    }
    int colon = parts[0].lastIndexOf(':');
    if (colon < 0 || !parts[0].substring(colon + 1).matches("[0-9]{1,5}")) {
      throw error(argument, "expected [HOST]:PORT");
    }
    int port = Integer.parseInt(parts[0].substring(colon + 1));
    if (port > 65535) {
      throw error(argument, "ports are 0 to 65535");
    }
    String host = parts[0].substring(0, colon).replaceFirst("^\\[(.*)]$", "$1");
    SecurityPolicy policy = security.policy();
    if (!policy.credentials().isSet()) {
      throw error(argument, "nothing sets its password later; use password-file=FILE");
    }
    boolean open = !policy.credentials().isRequired();
    if (host.isEmpty() && open && !policy.insecure()) {
      host = VncOptions.LOOPBACK;
    }
    if (isForOthers(argument, host)) {
      if (open && !policy.insecure()) {
        throw error(
            argument,
            "without a password everybody on the network could use the guest;"
                + " add ,password-file=FILE, or ,insecure=on if that is meant");
      }
      if (policy.tls() == null && !security.isTlsOff()) {
        policy =
            new SecurityPolicy(policy.credentials(), TlsCredentials.selfMade(), policy.insecure());
      }
    }
    return new WebOptions(host, port, policy, media);
  }

  private static Path directory(String argument, String name) {
    Path path = Path.of(name);
    if (!Files.isDirectory(path)) {
      throw error(argument, "media=" + name + " is no directory");
    }
    return path;
  }

  private static boolean isForOthers(String argument, String host) {
    try {
      return host.isEmpty() || !InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw error(argument, "unknown host " + host);
    }
  }

  private static VmmException error(String argument, String what) {
    return new VmmException("-web " + argument + ": " + what);
  }
}
