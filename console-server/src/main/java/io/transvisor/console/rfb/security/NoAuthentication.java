package io.transvisor.console.rfb.security;

/** Security type 1, None (RFC 6143 section 7.2.1). */
public final class NoAuthentication implements SecurityType {
  private final Access access;

  /**
   * @param access what everybody who comes may do
   */
  public NoAuthentication(Access access) {
    this.access = access;
  }

  @Override
  public int number() {
    return NONE;
  }

  @Override
  public Exchange begin(Peer peer) {
    return in -> new Verdict(access, true);
  }
}
