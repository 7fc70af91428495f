package io.transvisor.console.web;

import static io.netty.handler.codec.http.HttpResponseStatus.BAD_REQUEST;
import static io.netty.handler.codec.http.HttpResponseStatus.CONFLICT;
import static io.netty.handler.codec.http.HttpResponseStatus.FORBIDDEN;
import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpRequest;
import io.transvisor.console.control.Answers;
import io.transvisor.console.rfb.security.Access;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.error.VmmException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the page can ask for and do, below {@code /api/}:
 *
 * <ul>
 *   <li>GET {@code session}: whether a password is asked for, and what the browser may do;
 *   <li>POST {@code login} {@code {"password": ..}}, POST {@code logout};
 *   <li>GET {@code status}: one message of the status feed;
 *   <li>GET {@code screenshot}: PNG;
 *   <li>GET {@code media}: names of images; POST {@code media} {@code {"drive": .., "image": ..}},
 *       without image to eject, {@code "force": true} against the guest's lock;
 *   <li>POST {@code power} {@code {"action": "shutdown|reset|off|pause|continue"}}.
 * </ul>
 */
final class ControlApi {
  private static final String JSON = "application/json";
  private static final Logger LOG = LoggerFactory.getLogger(ControlApi.class);

  private final WebContext web;

  ControlApi(WebContext web) {
    this.web = web;
  }

  void session(WebResponse response, Optional<Access> access) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("name", web.viewers.desktop().name());
    answer.put("passwordRequired", web.credentials.isRequired());
    answer.put("userRequired", web.credentials.user() != null);
    answer.put("access", access.map(a -> a == Access.FULL ? "full" : "view").orElse(null));
    json(response, answer);
  }

  void login(
      ChannelHandlerContext ctx, FullHttpRequest request, WebResponse response, String cookieName) {
    InetAddress address = ((InetSocketAddress) ctx.channel().remoteAddress()).getAddress();
    JsonNode body = body(request);
    if (!web.credentials.isRequired() || body == null) {
      response.text(BAD_REQUEST, "expected a password");
      return;
    }
    if (web.viewers.lockout().isLocked(address)) {
      response.text(TOO_MANY_REQUESTS, "Too many wrong passwords; try again later");
      return;
    }
    Optional<Access> access =
        web.credentials.check(body.path("user").asText(), body.path("password").asText());
    if (access.isEmpty()) {
      web.viewers.lockout().failed(address);
      web.viewers.log().warn("wrong password at the web console from " + address.getHostAddress());
      response.text(FORBIDDEN, "Wrong password");
      return;
    }
    web.viewers.lockout().succeeded(address);
    String cookie =
        cookieName
            + "="
            + web.sessions.open(access.get())
            + "; Path=/; HttpOnly; SameSite=Strict"
            + (web.encrypted ? "; Secure" : "");
    response.withCookie(cookie).empty();
  }

  /** Answers a request of somebody who may make it; false if there is no such function. */
  boolean answer(boolean changes, String name, FullHttpRequest request, WebResponse response) {
    switch ((changes ? "POST " : "GET ") + name) {
      case "GET status" -> finish(web.feed.status(), response, text -> response.bytes(text, JSON));
      case "GET screenshot" -> screenshot(response);
      case "GET media" -> {
        try {
          json(response, web.media.names());
        } catch (VmmException e) {
          response.text(INTERNAL_SERVER_ERROR, e.getMessage());
        }
      }
      case "POST media" -> media(body(request), response);
      case "POST power" -> power(body(request), response);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void power(JsonNode body, WebResponse response) {
    String action = body == null ? "" : body.path("action").asText();
    switch (action) {
      case "shutdown" -> web.operator.shutdown();
      case "reset" -> web.operator.reset();
      case "off" -> web.operator.powerOff();
      case "pause" -> web.operator.pause();
      case "continue" -> web.operator.resume();
      default -> {
        response.text(BAD_REQUEST, "no such action");
        return;
      }
    }
    LOG.info("web console: {}", action);
    response.empty();
  }

  private void media(JsonNode body, WebResponse response) {
    if (body == null || !body.path("drive").isTextual()) {
      response.text(BAD_REQUEST, "expected a drive");
      return;
    }
    String drive = body.path("drive").asText();
    try {
      CompletableFuture<Void> done =
          body.path("image").isTextual()
              ? web.operator.change(drive, web.media.find(body.path("image").asText()))
              : web.operator.eject(drive, body.path("force").asBoolean());
      LOG.info("web console: another medium for {}", drive);
      finish(done, response, nothing -> response.empty());
    } catch (VmmException e) {
      response.text(CONFLICT, e.getMessage());
    }
  }

  private void screenshot(WebResponse response) {
    // One at a time, so that no number of requests makes the guest copy more than one picture.
    web.work.execute(() -> {
      try {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ScreenshotWriter.writePng(Answers.await(web.operator.screenshot()), png);
        response.bytes(png.toByteArray(), "image/png");
      } catch (IOException | VmmException e) {
        response.text(INTERNAL_SERVER_ERROR, e.getMessage());
      }
    });
  }

  private static <T> void finish(
      CompletableFuture<T> future, WebResponse response, Consumer<T> whenDone) {
    future.whenComplete((value, failure) -> {
      if (failure == null) {
        whenDone.accept(value);
      } else {
        response.text(CONFLICT, WebHandler.reason(failure));
      }
    });
  }

  private JsonNode body(FullHttpRequest request) {
    try {
      JsonNode node = web.json.readTree(request.content().toString(StandardCharsets.UTF_8));
      return node != null && node.isObject() ? node : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private void json(WebResponse response, Object value) {
    try {
      response.bytes(web.json.writeValueAsBytes(value), JSON);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
