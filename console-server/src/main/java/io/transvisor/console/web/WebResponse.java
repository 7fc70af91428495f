package io.transvisor.console.web;

import static io.netty.handler.codec.http.HttpResponseStatus.NOT_MODIFIED;
import static io.netty.handler.codec.http.HttpResponseStatus.NO_CONTENT;
import static io.netty.handler.codec.http.HttpResponseStatus.OK;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** The answer to one request; may be given from any thread. */
final class WebResponse {
  /** Only our own files run, and nobody frames the page. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private final ChannelHandlerContext ctx;
  private final boolean encrypted;
  private final Runnable whenSent;
  private final String knownTag;
  private boolean keepAlive;
  private String cookie;

  /**
   * @param whenSent run on the connection's event loop when the client has taken the answer, unless
   *     it is the last
   */
  WebResponse(
      ChannelHandlerContext ctx, FullHttpRequest request, boolean encrypted, Runnable whenSent) {
    this.whenSent = whenSent;
    this.ctx = ctx;
    this.encrypted = encrypted;
    keepAlive = HttpUtil.isKeepAlive(request);
    knownTag = request.headers().get(HttpHeaderNames.IF_NONE_MATCH);
  }

  /** The connection ends with this answer. */
  WebResponse closing() {
    keepAlive = false;
    return this;
  }

  WebResponse withCookie(String header) {
    cookie = header;
    return this;
  }

  void empty() {
    send(NO_CONTENT, Unpooled.EMPTY_BUFFER, null, "no-store", null);
  }

  /** A line for people, and for the page to show. */
  void text(HttpResponseStatus status, String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    send(status, Unpooled.wrappedBuffer(bytes), "text/plain; charset=utf-8", "no-store", null);
  }

  void bytes(byte[] content, String type) {
    send(OK, Unpooled.wrappedBuffer(content), type, "no-store", null);
  }

  void file(StaticFiles.File file) {
    if (file.tag().equals(knownTag)) {
      send(NOT_MODIFIED, Unpooled.EMPTY_BUFFER, null, "no-cache", file.tag());
    } else {
      send(OK, Unpooled.wrappedBuffer(file.content()), file.type(), "no-cache", file.tag());
    }
  }

  private void send(
      HttpResponseStatus status, ByteBuf content, String type, String caching, String tag) {
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    HttpHeaders headers = response.headers();
    if (type != null) {
      headers.set(HttpHeaderNames.CONTENT_TYPE, type);
    }
    if (status != NO_CONTENT && status != NOT_MODIFIED) {
      headers.set(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
    }
    headers.set(HttpHeaderNames.CACHE_CONTROL, caching);
    if (tag != null) {
      headers.set(HttpHeaderNames.ETAG, tag);
    }
    if (cookie != null) {
      headers.set(HttpHeaderNames.SET_COOKIE, cookie);
    }
    if (encrypted) {
      headers.set("Strict-Transport-Security", "max-age=31536000");
    }
    headers.set(HttpHeaderNames.CONTENT_SECURITY_POLICY, POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set(
        HttpHeaderNames.CONNECTION,
        keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    boolean last = !keepAlive;
    ctx.executor()
        .execute(() -> {
          var sent = ctx.writeAndFlush(response);
          if (last) {
            sent.addListener(ChannelFutureListener.CLOSE);
          } else {
            sent.addListener(f -> whenSent.run());
          }
        });
  }
}
