package io.transvisor.console.web;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.METHOD_NOT_ALLOWED;
import static io.netty.handler.codec.http.HttpResponseStatus.NOT_FOUND;
import static io.netty.handler.codec.http.HttpResponseStatus.UNAUTHORIZED;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.cookie.Cookie;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.netty.util.concurrent.ScheduledFuture;
import io.transvisor.console.rfb.security.Access;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
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
  private ScheduledFuture<?> deadline;

  /**
   * @param becameWebSocket run when the connection no longer is one for requests
   */
  WebHandler(WebContext web, Runnable becameWebSocket) {
    this.web = web;
    this.becameWebSocket = becameWebSocket;
    api = new ControlApi(web);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // Absolute: a client that sends a byte now and then is not waited for either.
    expectRequest(ctx, REQUEST_TIMEOUT_SECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    deadline.cancel(false);
  }

  private void expectRequest(ChannelHandlerContext ctx, int seconds) {
    deadline = ctx.executor().schedule(() -> ctx.close(), seconds, TimeUnit.SECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.cancel(false);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("web connection from {}: {}", ctx.channel().remoteAddress(), cause.toString());
    ctx.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    deadline.cancel(false);
    WebResponse response = new WebResponse(ctx, request, web.encrypted);
    if (!request.decoderResult().isSuccess()) {
      response.closing().text(BAD_REQUEST, "this is no HTTP request");
      return;
    }
    String fault = web.guard.fault(request);
    if (fault != null) {
      LOG.warn("web request from {} refused: {}", ctx.channel().remoteAddress(), fault);
      response.closing().text(FORBIDDEN, fault);
      return;
    }
    expectRequest(ctx, KEEP_ALIVE_SECONDS);
    try {
      route(ctx, request, response);
    } catch (RuntimeException e) {
      LOG.error("internal error while answering a web request", e);
      response.closing().text(INTERNAL_SERVER_ERROR, "internal error");
    }
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
    if (!"websocket".equalsIgnoreCase(request.headers().get(HttpHeaderNames.UPGRADE))) {
      response.text(BAD_REQUEST, "this is for WebSockets");
      return;
    }
    deadline.cancel(false);
    becameWebSocket.run();
    if (path.equals("/ws/status")) {
      WebSockets.statusFeed(ctx, request, web);
    } else {
      WebSockets.console(ctx, request, web, access);
    }
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
