package io.transvisor.console.rfb.security;

import io.transvisor.console.rfb.message.RfbProtocolException;
import java.nio.charset.StandardCharsets;

/**
 * VeNCrypt's Plain: name and password as such, which is only offered inside TLS. Two lengths of
 * four bytes come first, then the texts.
 */
final class PlainAuthentication implements SecurityType {
  private static final int HEADER = 8;
  private static final int MAX_LENGTH = 1024;

  private final PasswordGate gate;

  PlainAuthentication(PasswordGate gate) {
    this.gate = gate;
  }

  @Override
  public int number() {
    return VeNCrypt.PLAIN;
  }

  @Override
  public Exchange begin(Peer peer) {
    peer.setPatience(PASSWORD_TIMEOUT_SECONDS);
    return in -> {
      if (in.readableBytes() < HEADER) {
        return null;
      }
      long user = in.getUnsignedInt(in.readerIndex());
      long password = in.getUnsignedInt(in.readerIndex() + 4);
      if (user > MAX_LENGTH || password > MAX_LENGTH) {
        throw new RfbProtocolException("name or password of more than " + MAX_LENGTH + " bytes");
      }
      if (in.readableBytes() < HEADER + user + password) {
        return null;
      }
      in.skipBytes(HEADER);
      String name = in.readCharSequence((int) user, StandardCharsets.ISO_8859_1).toString();
      String secret = in.readCharSequence((int) password, StandardCharsets.ISO_8859_1).toString();
      return Verdict.of(gate.check(name, secret));
    };
  }
}
