package io.transvisor.console.rfb.security;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import io.transvisor.console.rfb.message.RfbProtocolException;
import java.util.ArrayList;
import java.util.List;

/**
 * Security type 19, VeNCrypt 0.2 (the community's RFB protocol description, "VeNCrypt"): the client
 * chooses among sub-types; TLS starts, with the server's certificate; then the client shows what it
 * knows. Sub-types without certificate are not offered: anybody in between could listen.
 */
public final class VeNCrypt implements SecurityType {
  /** Plain's number as a sub-type without TLS, which is not offered. */
  static final int PLAIN = 256;

  /** Sub-types with TLS and a certificate. */
  static final int X509_NONE = 260;

  static final int X509_VNC = 261;
  static final int X509_PLAIN = 262;

  private static final int MAJOR = 0;
  private static final int MINOR = 2;
  private static final int ACCEPTED = 0;
  private static final int VERSION_REFUSED = 255;
  private static final int SUBTYPE_ACCEPTED = 1;

  /** What one sub-type does once TLS is up. */
  private record Subtype(int number, SecurityType inner) {}

  private final SslContext tls;
  private final List<Subtype> subtypes = new ArrayList<>();

  public VeNCrypt(SslContext tls, PasswordGate gate) {
    this.tls = tls;
    if (gate.isRequired()) {
      // Plain first: it takes the whole password, VNC Authentication only eight bytes of it. Where
      // a name is asked for, VNC Authentication would be a way around it.
      subtypes.add(new Subtype(X509_PLAIN, new PlainAuthentication(gate)));
      if (!gate.isUserRequired()) {
        subtypes.add(new Subtype(X509_VNC, new VncAuthentication(gate)));
      }
    } else {
      subtypes.add(new Subtype(X509_NONE, new NoAuthentication(Access.FULL)));
    }
  }

  @Override
  public int number() {
    return VENCRYPT;
  }

  @Override
  public Exchange begin(Peer peer) {
    peer.send(out -> out.writeByte(MAJOR).writeByte(MINOR));
    return new Negotiation(peer);
  }

  private final class Negotiation implements Exchange {
    private final Peer peer;
    private boolean versionAgreed;
    private Exchange inner;

    Negotiation(Peer peer) {
      this.peer = peer;
    }

    @Override
    public Verdict read(ByteBuf in) {
      if (inner != null) {
        return inner.read(in);
      }
      if (!versionAgreed) {
        if (in.readableBytes() < 2) {
          return null;
        }
        version(in.readUnsignedByte(), in.readUnsignedByte());
      }
      if (in.readableBytes() < 4) {
        return null;
      }
      choose(in.readInt());
      // X509None ends here: the client has nothing more to say.
      return inner.read(in);
    }

    private void version(int major, int minor) {
      if (major != MAJOR || minor != MINOR) {
        peer.send(out -> out.writeByte(VERSION_REFUSED));
        throw new RfbProtocolException("VeNCrypt version " + major + "." + minor);
      }
      peer.send(out -> {
        out.writeByte(ACCEPTED).writeByte(subtypes.size());
        subtypes.forEach(s -> out.writeInt(s.number()));
      });
      versionAgreed = true;
    }

    private void choose(int number) {
      for (Subtype s : subtypes) {
        if (s.number() == number) {
          peer.send(out -> out.writeByte(SUBTYPE_ACCEPTED));
          peer.startTls(tls);
          inner = s.inner().begin(peer);
          return;
        }
      }
      throw new RfbProtocolException("VeNCrypt sub-type " + number + " was not offered");
    }
  }
}
