package io.transvisor.console.rfb.security;

import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What {@code -object} defines, in QEMU's syntax: {@code tls-creds-x509,id=ID,dir=DIR} and {@code
 * secret,id=ID,file=FILE}.
 */
public final class SecurityObjects {
  private static final String TLS = "tls-creds-x509";
  private static final String SECRET = "secret";
  private static final Map<String, Set<String>> PROPERTIES =
      Map.of(
          TLS, Set.of("id", "dir", "endpoint", "verify-peer"),
          SECRET, Set.of("id", "file"));

  private final Map<String, Map<String, String>> objects = new HashMap<>();

  /**
   * @param arguments of the options, one each
   * @throws VmmException if one is not understood
   */
  public SecurityObjects(List<String> arguments) {
    arguments.forEach(this::define);
  }

  private void define(String argument) {
    String[] parts = argument.split(",");
    Set<String> known = PROPERTIES.get(parts[0]);
    if (known == null) {
      throw error(argument, "unknown kind of object, choose tls-creds-x509 or secret");
    }
    Map<String, String> properties = new HashMap<>();
    properties.put("", parts[0]);
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      String name = equals < 0 ? parts[i] : parts[i].substring(0, equals);
      if (equals < 0 || !known.contains(name)) {
        throw error(argument, "unknown property " + parts[i]);
      }
      properties.put(name, parts[i].substring(equals + 1));
    }
    if (!properties.getOrDefault("endpoint", "server").equals("server")) {
      throw error(argument, "only endpoint=server is possible");
    }
    String verify = properties.getOrDefault("verify-peer", "no");
    if (!verify.equals("no") && !verify.equals("off")) {
      throw error(argument, "viewers' certificates are not checked; say verify-peer=no");
    }
    String needed = parts[0].equals(TLS) ? "dir" : "file";
    if (!properties.containsKey("id") || !properties.containsKey(needed)) {
      throw error(argument, "needs id= and " + needed + "=");
    }
    if (objects.putIfAbsent(properties.get("id"), properties) != null) {
      throw error(argument, "there is another object with this id");
    }
  }

  private static VmmException error(String argument, String what) {
    return new VmmException("-object " + argument + ": " + what);
  }

  /** The certificate and key called {@code id}. */
  TlsCredentials tls(String id) {
    return TlsCredentials.in(Path.of(find(id, TLS, "tls-creds").get("dir")));
  }

  /** The file of the secret called {@code id}. */
  String secret(String id) {
    return find(id, SECRET, "password-secret").get("file");
  }

  private Map<String, String> find(String id, String kind, String option) {
    Map<String, String> properties = objects.get(id);
    if (properties == null || !properties.get("").equals(kind)) {
      throw new VmmException(
          option + "=" + id + ": there is no -object " + kind + ",id=" + id + ",...");
    }
    return properties;
  }
}
