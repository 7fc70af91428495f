package io.transvisor.console.web;

import io.transvisor.console.control.FakeOperator;
import io.transvisor.console.rfb.RfbService;
import io.transvisor.console.rfb.SharePolicy;
import io.transvisor.console.rfb.ViewerOptions;
import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.security.Credentials;
import io.transvisor.console.rfb.security.SecurityPolicy;
import io.transvisor.core.display.Screen;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** A web console on a port of its own, with a screen and an operator that take notes. */
abstract class WebTest {
  static final String PASSWORD = "correct horse";
  static final String VIEW_PASSWORD = "only looking";

  final FakeOperator operator = new FakeOperator();
  final Screen screen = new Screen();
  final List<String> keys = new CopyOnWriteArrayList<>();

  /** The buttons held, at each event of the mouse. */
  final List<Integer> buttons = new CopyOnWriteArrayList<>();

  final HttpClient http = HttpClient.newHttpClient();
  RfbService viewers;
  WebServer server;
  InetSocketAddress address;

  private final InputSink input =
      new InputSink() {
        @Override
        public void key(Key key, boolean down) {
          keys.add((down ? "+" : "-") + key);
        }

        @Override
        public void mouse(int dx, int dy, int dz, int held) {
          buttons.add(held);
        }
      };

  final void start(Credentials credentials, Path media) {
    ViewerOptions viewing = new ViewerOptions("Guest", KeyboardLayout.EN_US, SharePolicy.IGNORE, 0);
    viewers = new RfbService(screen, input, Optional.empty(), viewing);
    SecurityPolicy policy = new SecurityPolicy(credentials, null, false);
    server = new WebServer(viewers, operator, new WebOptions("127.0.0.1", 0, policy, media));
    address = server.start();
  }

  final void startOpen() {
    start(Credentials.NONE, null);
  }

  final void startLocked() {
    start(new Credentials(PASSWORD, VIEW_PASSWORD, null), null);
  }

  @AfterEach
  final void stop() {
    // Open WebSockets would be waited for.
    http.shutdownNow();
    if (server != null) {
      server.close();
      viewers.close();
    }
  }

  final String origin() {
    return "http://127.0.0.1:" + address.getPort();
  }

  final HttpResponse<String> get(String path, String... headers) throws Exception {
    return send(request(path, headers).GET());
  }

  final HttpResponse<String> post(String path, String json, String... headers) throws Exception {
    return send(
        request(path, headers)
            .setHeader("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(origin() + path));
    return headers.length == 0 ? b : b.headers(headers);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Logs in and returns the cookie. */
  final String cookie(String password) throws Exception {
    HttpResponse<String> response = post("/api/login", "{\"password\": \"" + password + "\"}");
    return response.headers().firstValue("set-cookie").orElseThrow().replaceFirst(";.*", "");
  }

  /** Sends bytes as they are and returns all that comes back until the server closes. */
  final String raw(String text) throws IOException {
    try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }
}
