package io.transvisor.console.web;

import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_KEY;
import static io.netty.handler.codec.http.HttpHeaderNames.SEC_WEBSOCKET_VERSION;
import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.UNAUTHORIZED;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.rfb.security.Access;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of a browser, from its first request on: checks each, finds out who asks, and
 * answers with a file, with what {@link ControlApi} says, or by becoming a WebSocket.
 */
final class WebHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** Seconds a client has for its first request, and between requests. */
  static final int REQUEST_TIMEOUT_SECONDS = 20;

  static final int KEEP_ALIVE_SECONDS = 60;

  private static final Logger LOG = LoggerFactory.getLogger(WebHandler.class);

  private final WebContext web;
  private final ControlApi api;
  private final Runnable becameWebSocket;
  private final Queue<FullHttpRequest> waiting = new ArrayDeque<>();
  private boolean answering;
  private ScheduledFuture<?> deadline;

  /**
   * @param becameWebSocket run when the connection no longer is one for requests
   */
  WebHandler(WebContext web, Runnable becameWebSocket) {
    this.web = web;
    this.becameWebSocket = becameWebSocket;
    api = new ControlApi(web);
  }

  /** The client's address; null if it has none. */
  static InetAddress address(Channel channel) {
    return channel.remoteAddress() instanceof InetSocketAddress a ? a.getAddress() : null;
  }

  /** The client's address for the log. */
  static String peer(Channel channel) {
    InetAddress address = address(channel);
    return address == null ? String.valueOf(channel.remoteAddress()) : address.getHostAddress();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // Absolute: a client that sends a byte now and then is not waited for either.
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  web.viewers
                      .log()
                      .info(
                          "web connection from "
                              + peer(ctx.channel())
                              + " closed:"
                              + " no request in "
                              + REQUEST_TIMEOUT_SECONDS
                              + " seconds");
                  ctx.close();
                },
                REQUEST_TIMEOUT_SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadline.cancel(false);
    waiting.forEach(FullHttpRequest::release);
    waiting.clear();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.cancel(false);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause.getCause() instanceof SSLException e) {
      web.viewers
          .log()
          .warn("web connection from " + peer(ctx.channel()) + " closed: TLS: " + e.getMessage());
    } else {
      LOG.debug("web connection from {}: {}", ctx.channel().remoteAddress(), cause.toString());
    }
    ctx.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (answering) {
      // Answers are larger than requests: the next is not made until this one has been taken.
      waiting.add(request.retain());
      ctx.channel().config().setAutoRead(false);
    } else {
      answer(ctx, request);
    }
  }

  private void answered(ChannelHandlerContext ctx) {
    answering = false;
    FullHttpRequest next = waiting.poll();
    if (next == null) {
      ctx.channel().config().setAutoRead(true);
    } else {
      answer(ctx, next);
      next.release();
    }
  }

  private void answer(ChannelHandlerContext ctx, FullHttpRequest request) {
    answering = true;
    deadline.cancel(false);
    // For the answer to be taken, and the next request to come.
    deadline = ctx.executor().schedule(() -> ctx.close(), KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
    web.quota.add(ctx.channel(), address(ctx.channel()));
    WebResponse response = new WebResponse(ctx, request, web.encrypted, () -> answered(ctx));
    if (!request.decoderResult().isSuccess()) {
      refuse(ctx, response, BAD_REQUEST, "this is no HTTP request");
      return;
    }
    String fault = web.guard.fault(request);
    if (fault != null) {
      refuse(ctx, response, FORBIDDEN, fault);
      return;
    }
    try {
      route(ctx, request, response);
    } catch (RuntimeException e) {
      LOG.error("internal error while answering a web request", e);
      response.closing().text(INTERNAL_SERVER_ERROR, "internal error");
    }
  }

  private void refuse(
      ChannelHandlerContext ctx, WebResponse response, HttpResponseStatus status, String fault) {
    web.viewers.log().warn("web request from " + peer(ctx.channel()) + " refused: " + fault);
    response.closing().text(status, fault);
  }

  private void route(ChannelHandlerContext ctx, FullHttpRequest request, WebResponse response) {
    String path = request.uri().replaceFirst("[?#].*$", "");
    if (path.startsWith("/ws/")) {
      webSocket(ctx, request, response, path);
    } else if (path.startsWith("/api/")) {
      api(ctx, request, response, path.substring("/api/".length()));
    } else if (!request.method().equals(HttpMethod.GET)) {
      response.text(METHOD_NOT_ALLOWED, "only GET");
    } else {
      web.files
          .find(path)
          .ifPresentOrElse(response::file, () -> response.text(NOT_FOUND, "no such page"));
    }
  }

  private void api(
      ChannelHandlerContext ctx, FullHttpRequest request, WebResponse response, String name) {
    String token = token(ctx, request);
    Optional<Access> access = web.access(token);
    boolean changes = request.method().equals(HttpMethod.POST);
    if (!changes && !request.method().equals(HttpMethod.GET)) {
      response.text(METHOD_NOT_ALLOWED, "only GET and POST");
    } else if (changes && !isJson(request)) {
      // A form of another site cannot send this type.
      response.text(BAD_REQUEST, "expected Content-Type application/json");
    } else if (name.equals("session") && !changes) {
      api.session(response, access);
    } else if (name.equals("login") && changes) {
      api.login(ctx, request, response, cookieName(ctx));
    } else if (access.isEmpty()) {
      response.text(UNAUTHORIZED, "log in first");
    } else if (name.equals("logout") && changes) {
      web.sessions.close(token);
      response.empty();
    } else if (changes && access.get() != Access.FULL) {
      response.text(FORBIDDEN, "you may look only");
    } else if (!api.answer(changes, name, request, response)) {
      response.text(NOT_FOUND, "no such function");
    }
  }

  private static boolean isJson(FullHttpRequest request) {
    String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
    return type.equals("application/json") || type.startsWith("application/json;");
  }

  private void webSocket(
      ChannelHandlerContext ctx, FullHttpRequest request, WebResponse response, String path) {
    Optional<Access> access = web.access(token(ctx, request));
    if (path.equals("/ws/status") && access.isEmpty()) {
      response.text(UNAUTHORIZED, "log in first");
      return;
    }
    if (!path.equals("/ws/status") && !path.equals("/ws/console")) {
      response.text(NOT_FOUND, "no such function");
      return;
    }
    if (!request.method().equals(HttpMethod.GET)
        || !"websocket".equalsIgnoreCase(request.headers().get(HttpHeaderNames.UPGRADE))
        || !WebSockets.VERSION.equals(request.headers().get(SEC_WEBSOCKET_VERSION))
        || !request.headers().contains(SEC_WEBSOCKET_KEY)
        || !waiting.isEmpty()) {
      response.closing().text(BAD_REQUEST, "this is for WebSockets of version 13");
      return;
    }
    if (path.equals("/ws/status") && web.feed.isFull()) {
      response.closing().text(SERVICE_UNAVAILABLE, "too many pages are open");
      return;
    }
    if (path.equals("/ws/status")) {
      WebSockets.statusFeed(ctx, request, web, this::upgraded);
    } else {
      WebSockets.console(ctx, request, web, access, this::upgraded);
    }
  }

  private void upgraded(Channel channel) {
    web.quota.remove(channel);
    becameWebSocket.run();
  }

  /** Cookies belong to a host whatever the port; several machines may have consoles on one. */
  private static String cookieName(ChannelHandlerContext ctx) {
    return "transvisor-" + ((InetSocketAddress) ctx.channel().localAddress()).getPort();
  }

  private static String token(ChannelHandlerContext ctx, FullHttpRequest request) {
    String header = request.headers().get(HttpHeaderNames.COOKIE);
    if (header != null) {
      for (Cookie cookie : ServerCookieDecoder.STRICT.decode(header)) {
        if (cookie.name().equals(cookieName(ctx))) {
          return cookie.value();
        }
      }
    }
    return null;
  }

  /** The message of what went wrong in a future. */
  static String reason(Throwable failure) {
    Throwable real = failure instanceof CompletionException ? failure.getCause() : failure;
    return real.getMessage();
  }
}
