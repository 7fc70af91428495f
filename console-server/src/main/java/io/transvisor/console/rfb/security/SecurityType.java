package io.transvisor.console.rfb.security;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import java.util.Optional;
import java.util.function.Consumer;

/** One way of letting clients in (RFC 6143 section 7.2). */
public interface SecurityType {
  /** Numbers of security types on the wire. */
  int NONE = 1;

  int VNC = 2;
  int VENCRYPT = 19;

  /** Seconds a client has to answer where its user has to type a password first. */
  int PASSWORD_TIMEOUT_SECONDS = 120;

  int number();

  /** Starts with one client; sends what the server has to say first. */
  Exchange begin(Peer peer);

  /** The client, as an exchange sees it. */
  interface Peer {
    /** Sends what is written. */
    void send(Consumer<ByteBuf> message);

    /** How many seconds the client may take from now on before it is given up. */
    void setPatience(int seconds);

    /**
     * Everything from now on is encrypted, after what has been sent.
     *
     * @throws io.transvisor.console.rfb.message.RfbProtocolException if the client has sent more in
     *     clear
     */
    void startTls(SslContext context);
  }

  /** What the client sends after it has chosen a type. */
  @FunctionalInterface
  interface Exchange {
    /**
     * Takes what has arrived.
     *
     * @return null while more must come
     * @throws io.transvisor.console.rfb.message.RfbProtocolException if it makes no sense
     */
    Verdict read(ByteBuf in);
  }

  /**
   * How an exchange ended.
   *
   * @param access what the client may do, or null if it is not let in
   * @param silent whether protocol versions before 3.8 have no SecurityResult after it
   */
  record Verdict(Access access, boolean silent) {
    static Verdict of(Optional<Access> access) {
      return new Verdict(access.orElse(null), false);
    }
  }
}
