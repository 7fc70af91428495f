package io.transvisor.console.rfb.security;

import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.List;

/**
 * Who is let in, and over what kind of connection.
 *
 * @param tls the server's certificate, or null for connections in clear
 * @param insecure whether other hosts may connect without a password, or with one but in clear
 *     where that is refused otherwise
 */
public record SecurityPolicy(Credentials credentials, TlsCredentials tls, boolean insecure) {
  /** Everybody, in clear. */
  public static final SecurityPolicy OPEN = new SecurityPolicy(Credentials.NONE, null, false);

  /**
   * The security types offered to viewers on a TCP connection.
   *
   * @param context from {@link TlsCredentials#open}, or null without TLS; with it, nothing is
   *     offered in clear
   */
  public static List<SecurityType> types(PasswordGate gate, SslContext context) {
    List<SecurityType> types = new ArrayList<>();
    if (context != null) {
      types.add(new VeNCrypt(context, gate));
    } else if (gate.isRequired()) {
      types.add(new VncAuthentication(gate));
    } else {
      types.add(new NoAuthentication(Access.FULL));
    }
    return types;
  }
}
