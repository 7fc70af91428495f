package io.transvisor.console.web;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Refuses what other web sites might make a browser send here: requests under a host name that is
 * not ours (DNS rebinding), and WebSockets and changes that come from another site's page.
 */
final class RequestGuard {
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?");
  private static final Pattern ADDRESS =
      Pattern.compile("\\[[0-9A-Fa-f:.]+]|[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

  private final boolean loginRequired;
  private final String ownName;
  private final String scheme;

  /**
   * @param loginRequired whether only those who know a password get anything. Then any host name
   *     will do: a browser's session belongs to the name it was opened under
   * @param ownName the name or address listened on
   * @param tls whether the page is served by HTTPS
   */
  RequestGuard(boolean loginRequired, String ownName, boolean tls) {
    this.loginRequired = loginRequired;
    this.ownName = ownName;
    scheme = tls ? "https://" : "http://";
  }

  /** What is wrong with a request, or null. */
  String fault(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
    if (hosts.size() != 1 || !HOST.matcher(hosts.getFirst()).matches()) {
      return "the Host header is missing or malformed";
    }
    String host = hosts.getFirst();
    if (!loginRequired && !isOurs(host.replaceFirst(":[0-9]+$", ""))) {
      return "this console is not called " + host;
    }
    boolean changes =
        !request.method().equals(HttpMethod.GET) || headers.contains(HttpHeaderNames.UPGRADE);
    if (!changes) {
      return null;
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !origin.equalsIgnoreCase(scheme + host)) {
      return "the request comes from another site's page";
    }
    String site = headers.get("Sec-Fetch-Site");
    return site == null || OWN_SITE.contains(site)
        ? null
        : "the request comes from another site's page";
  }

  private boolean isOurs(String name) {
    return name.equalsIgnoreCase("localhost")
        || name.equalsIgnoreCase(ownName)
        || ADDRESS.matcher(name).matches();
  }
}
