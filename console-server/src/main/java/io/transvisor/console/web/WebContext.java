package io.transvisor.console.web;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.transvisor.console.control.Operator;
import io.transvisor.console.rfb.RfbService;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.PasswordGate;
import io.transvisor.console.socket.ConnectionQuota;
import java.util.Optional;
import java.util.concurrent.Executor;

/** What all connections of the web console share. */
final class WebContext {
  final RfbService viewers;
  final Operator operator;
  final Credentials credentials;
  final PasswordGate gate;
  final boolean encrypted;
  final RequestGuard guard;
  final WebSessions sessions = new WebSessions(System::nanoTime);
  final StaticFiles files = new StaticFiles();
  final ConnectionQuota quota =
      new ConnectionQuota(WebServer.MAX_OF_ONE_ADDRESS, WebServer.MAX_CONNECTIONS);
  final MediaLibrary media;
  final StatusFeed feed;
  final Executor work;
  final ObjectMapper json = new ObjectMapper();

  /**
   * @param work runs what takes long, one after the other
   */
  WebContext(RfbService viewers, Operator operator, WebOptions options, Executor work) {
    this.viewers = viewers;
    this.operator = operator;
    credentials = options.security().credentials();
    gate = new PasswordGate(credentials);
    encrypted = options.security().tls() != null;
    guard = new RequestGuard(credentials.isRequired(), options.host(), encrypted);
    media = new MediaLibrary(options.media());
    this.work = work;
    feed = new StatusFeed(operator, viewers, media, work);
  }

  /** What the bearer of a session's secret may do; everything where no password is asked for. */
  Optional<Access> access(String token) {
    return credentials.isRequired() ? sessions.find(token) : Optional.of(Access.FULL);
  }
}
