package io.transvisor.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.transvisor.console.rfb.security.Credentials;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages, the control interface, and requests that should not get anywhere. */
@Timeout(60)
class WebServerTest extends WebTest {
  @TempDir private Path directory;

  @Test
  void servesThePageAndNovncUnderAStrictPolicy() throws Exception {
    startOpen();
    HttpResponse<String> page = get("/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body()).contains("page/main.js");
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .contains("script-src 'self'", "frame-ancestors 'none'");
    for (String path :
        new String[] {
          "/page/main.js",
          "/page/console.css",
          "/novnc/core/rfb.js",
          "/novnc/core/input/keyboard.js",
          "/novnc/vendor/pako/lib/zlib/inflate.js",
          "/novnc/LICENSE.txt",
          "/novnc/docs/LICENSE.MPL-2.0",
          "/novnc/vendor/pako/LICENSE",
          "/novnc/AUTHORS"
        }) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(200);
    }
    String tag = page.headers().firstValue("etag").orElseThrow();
    assertThat(get("/", "If-None-Match", tag).statusCode()).isEqualTo(304);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#page",
        "?page",
        "index.html",
        "/page/../WebServer.class",
        "/page/..%2f..%2fWebServer.class",
        "/page/%2e%2e/WebServer.class",
        "/../../etc/passwd",
        "/novnc//etc/passwd",
        "/page/",
        "/page/nothing.js",
        "/WebServer.class",
        "/page/main.js.bak",
        "/\\etc\\passwd",
        "/page/\0.js",
      })
  void nothingElseIsServed(String path) throws Exception {
    startOpen();
    String answer =
        raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).matches("(?s)HTTP/1.1 40[04] .*");
  }

  @Test
  void powerAndMediaDoWhatTheySay() throws Exception {
    Files.createFile(directory.resolve("new.iso"));
    Files.createFile(directory.resolve("secret.txt"));
    start(Credentials.NONE, directory);
    for (String action : new String[] {"shutdown", "reset", "pause", "continue", "off"}) {
      assertThat(post("/api/power", "{\"action\": \"" + action + "\"}").statusCode())
          .isEqualTo(204);
    }
    assertThat(operator.done).containsExactly("shutdown", "reset", "pause", "continue", "off");
    operator.done.clear();
    assertThat(get("/api/status").body()).contains("\"cpu0.instructions\":42", "\"uptime\":1.5");
    assertThat(get("/api/media").body()).isEqualTo("[\"new.iso\",\"old.iso\"]");
    assertThat(post("/api/media", "{\"drive\":\"ide1-cd0\",\"image\":\"new.iso\"}").statusCode())
        .isEqualTo(204);
    HttpResponse<String> locked = post("/api/media", "{\"drive\":\"ide1-cd0\"}");
    assertThat(locked.statusCode()).isEqualTo(409);
    assertThat(locked.body()).contains("locked by the guest");
    post("/api/media", "{\"drive\":\"ide1-cd0\",\"force\":true}");
    assertThat(operator.done).containsExactly("change ide1-cd0 new.iso", "eject ide1-cd0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret.txt", "../secret.txt", "/etc/passwd", ""})
  void onlyOfferedImagesCanBeInserted(String image) throws Exception {
    Files.createFile(directory.resolve("secret.txt"));
    start(Credentials.NONE, directory);
    HttpResponse<String> answer =
        post("/api/media", "{\"drive\":\"ide1-cd0\",\"image\":\"" + image + "\"}");
    assertThat(answer.statusCode()).isEqualTo(409);
    assertThat(operator.done).isEmpty();
  }

  @Test
  void theScreenIsAPng() throws Exception {
    startOpen();
    HttpResponse<String> png = get("/api/screenshot");
    assertThat(png.headers().firstValue("content-type")).contains("image/png");
    assertThat(png.body()).contains("PNG");
  }

  // ---- who may ----

  @Test
  void nothingIsTransparentWithoutThePassword() throws Exception {
    startLocked();
    assertThat(get("/").statusCode()).isEqualTo(200);
    assertThat(get("/api/session").body()).contains("\"passwordRequired\":true", "\"access\":null");
    for (String name : new String[] {"status", "screenshot", "media"}) {
      assertThat(get("/api/" + name).statusCode()).as(name).isEqualTo(401);
    }
    assertThat(post("/api/power", "{\"action\":\"off\"}").statusCode()).isEqualTo(401);
    assertThat(operator.done).isEmpty();
  }

  @Test
  void thePasswordOpensASessionUntilLogout() throws Exception {
    startLocked();
    String cookie = cookie(PASSWORD);
    assertThat(get("/api/session", "Cookie", cookie).body()).contains("\"access\":\"full\"");
    assertThat(post("/api/power", "{\"action\":\"reset\"}", "Cookie", cookie).statusCode())
        .isEqualTo(204);
    post("/api/logout", "{}", "Cookie", cookie);
    assertThat(get("/api/status", "Cookie", cookie).statusCode()).isEqualTo(401);
  }

  @Test
  void theViewOnlyPasswordLetsOneLook() throws Exception {
    startLocked();
    String cookie = cookie(VIEW_PASSWORD);
    assertThat(get("/api/session", "Cookie", cookie).body()).contains("\"access\":\"view\"");
    assertThat(get("/api/screenshot", "Cookie", cookie).statusCode()).isEqualTo(200);
    assertThat(post("/api/power", "{\"action\":\"reset\"}", "Cookie", cookie).statusCode())
        .isEqualTo(403);
    assertThat(operator.done).isEmpty();
  }

  @Test
  void guessingEndsInALockOutThatCountsForAll() throws Exception {
    startLocked();
    for (int i = 0; i < 5; i++) {
      assertThat(post("/api/login", "{\"password\":\"" + i + "\"}").statusCode()).isEqualTo(403);
    }
    assertThat(post("/api/login", "{\"password\":\"" + PASSWORD + "\"}").statusCode())
        .isEqualTo(429);
  }

  // ---- hostile requests ----

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "a b",
        "",
        "localhost\r\nHost: localhost"
      })
  void otherHostNamesAreRefused(String host) throws Exception {
    startOpen();
    String answer = raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).matches("(?s)HTTP/1.1 (400|403) .*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1234", "127.0.0.1", "[::1]:8", "192.168.1.7:80"})
  void ownNamesAndAddressesAreServed(String host) throws Exception {
    startOpen();
    String answer = raw("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1"})
  void otherSitesPagesChangeNothing(String origin) throws Exception {
    startOpen();
    assertThat(post("/api/power", "{\"action\":\"off\"}", "Origin", origin).statusCode())
        .isEqualTo(403);
    assertThat(
            post("/api/power", "{\"action\":\"off\"}", "Sec-Fetch-Site", "cross-site").statusCode())
        .isEqualTo(403);
    assertThat(operator.done).isEmpty();
    assertThat(post("/api/power", "{\"action\":\"off\"}", "Origin", origin()).statusCode())
        .isEqualTo(204);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{", "\"off\"", "{\"action\":7}", "{\"action\":\"explode\"}"})
  void senselessBodiesAreBadRequests(String body) throws Exception {
    startOpen();
    assertThat(post("/api/power", body).statusCode()).isEqualTo(400);
    assertThat(operator.done).isEmpty();
  }

  @Test
  void deepJsonIsABadRequest() throws Exception {
    startOpen();
    assertThat(post("/api/power", "[".repeat(60_000)).statusCode()).isEqualTo(400);
  }

  @Test
  void requestsSentAtOnceAreAnsweredInTurn() throws Exception {
    startOpen();
    String host = " HTTP/1.1\r\nHost: localhost\r\n";
    String answers =
        raw(
            ("GET /api/session" + host + "\r\n").repeat(3)
                + "GET /api/screenshot"
                + host
                + "\r\n"
                + "GET /api/status"
                + host
                + "Connection: close\r\n\r\n");
    assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(6);
    assertThat(answers.indexOf("PNG")).isBetween(0, answers.indexOf("cpu0.instructions"));
  }

  @Test
  void whoReadsNothingIsAnsweredNoMore() throws Exception {
    startOpen();
    String request = "GET /page/main.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
    byte[] requests = request.repeat(1000).getBytes(StandardCharsets.ISO_8859_1);
    long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      Thread sender = Thread.ofVirtual().start(() -> flood(socket, requests));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThat(get("/").statusCode()).isEqualTo(200);
      assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
          .isLessThan(64 << 20);
      socket.close();
      sender.join();
    }
  }

  private static void flood(Socket socket, byte[] bytes) {
    try {
      while (true) {
        socket.getOutputStream().write(bytes);
      }
    } catch (IOException e) {
      // That is the end of it.
    }
  }

  @Test
  void oldConnectionsMakeRoom() throws Exception {
    startOpen();
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 2 * WebServer.MAX_CONNECTIONS; i++) {
      sockets.add(new Socket(address.getAddress(), address.getPort()));
    }
    assertThat(get("/").statusCode()).isEqualTo(200);
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  @Test
  void requestsTooLargeEnd() throws Exception {
    startOpen();
    String host = "Host: localhost\r\nConnection: close\r\n";
    assertThat(
            raw("GET /" + "a".repeat(WebServer.MAX_REQUEST_LINE) + " HTTP/1.1\r\n" + host + "\r\n"))
        .matches("(?s)HTTP/1.1 4\\d\\d .*");
    assertThat(
            raw(
                "GET / HTTP/1.1\r\n"
                    + host
                    + "X: "
                    + "a".repeat(WebServer.MAX_HEADERS)
                    + "\r\n\r\n"))
        .matches("(?s)HTTP/1.1 4\\d\\d .*");
    assertThat(raw("POST /api/power HTTP/1.1\r\n" + host + "Content-Length: 100000000\r\n\r\n"))
        .startsWith("HTTP/1.1 413 ");
  }
}
