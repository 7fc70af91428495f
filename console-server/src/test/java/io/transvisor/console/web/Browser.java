package io.transvisor.console.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chromium without a window, driven by its DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final int SECONDS = 60;
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/");

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final AtomicInteger lastId = new AtomicInteger();
  private final Process process;
  private WebSocket socket;

  /**
   * @param directory for its profile
   */
  Browser(Path directory) throws Exception {
    Path log = directory.resolve("chromium.log");
    process =
        new ProcessBuilder(
                "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--window-size=1280,800",
                "--remote-debugging-port=0",
                "--user-data-dir=" + directory.resolve("profile"),
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      socket = connect(log);
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private WebSocket connect(Path log) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    Matcher listening = LISTENING.matcher(Files.readString(log));
    while (!listening.find()) {
      if (!process.isAlive() || System.nanoTime() - end > 0) {
        throw new IOException("chromium does not start: " + Files.readString(log));
      }
      Thread.sleep(100);
      listening = LISTENING.matcher(Files.readString(log));
    }
    URI list = URI.create("http://" + listening.group(1) + "/json/list");
    String targets =
        http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString())
            .body();
    for (JsonNode target : json.readTree(targets)) {
      if (target.path("type").asText().equals("page")) {
        URI page = URI.create(target.path("webSocketDebuggerUrl").asText());
        return http.newWebSocketBuilder()
            .buildAsync(page, new Receiver())
            .get(SECONDS, TimeUnit.SECONDS);
      }
    }
    throw new IOException("chromium has no page: " + targets);
  }

  /** Puts messages together and hands them to who waits. */
  private final class Receiver implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
      message.append(data);
      if (last) {
        try {
          JsonNode answer = json.readTree(message.toString());
          CompletableFuture<JsonNode> waiting = answers.remove(answer.path("id").asInt());
          if (waiting != null) {
            waiting.complete(answer);
          }
        } catch (IOException e) {
          throw new IllegalStateException(e);
        }
        message.setLength(0);
      }
      ws.request(1);
      return null;
    }
  }

  /** Sends a command of the protocol; the parameters are JSON. */
  JsonNode command(String method, String parameters) throws Exception {
    int id = lastId.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(id, answer);
    ObjectNode message = json.createObjectNode().put("id", id).put("method", method);
    message.set("params", json.readTree(parameters));
    socket.sendText(message.toString(), true).get(SECONDS, TimeUnit.SECONDS);
    JsonNode result = answer.get(SECONDS, TimeUnit.SECONDS);
    if (result.has("error")) {
      throw new IOException(method + ": " + result.path("error"));
    }
    return result.path("result");
  }

  void open(String url) throws Exception {
    command("Page.navigate", "{\"url\": \"" + url + "\"}");
  }

  /** The value of an expression in the page. */
  JsonNode evaluate(String expression) throws Exception {
    ObjectNode parameters = json.createObjectNode().put("expression", expression);
    parameters.put("returnByValue", true).put("awaitPromise", true);
    return command("Runtime.evaluate", parameters.toString()).path("result").path("value");
  }

  /** A mouse event at a place of the window. */
  void mouse(String type, int x, int y, int buttons) throws Exception {
    command(
        "Input.dispatchMouseEvent",
        "{\"type\":\"%s\",\"x\":%d,\"y\":%d,\"button\":\"%s\",\"buttons\":%d,\"clickCount\":%d}"
            .formatted(type, x, y, type.equals("mouseMoved") ? "none" : "left", buttons, buttons));
  }

  /** Presses and releases a key of a letter. */
  void type(char letter) throws Exception {
    char capital = Character.toUpperCase(letter);
    String key =
        "\"key\":\"%c\",\"code\":\"Key%c\",\"windowsVirtualKeyCode\":%d"
            .formatted(letter, capital, (int) capital);
    command(
        "Input.dispatchKeyEvent",
        "{\"type\":\"keyDown\",\"text\":\"%c\",%s}".formatted(letter, key));
    command("Input.dispatchKeyEvent", "{\"type\":\"keyUp\"," + key + "}");
  }

  /** Pretends to be a telephone with this window. */
  void beTelephone(int width, int height) throws Exception {
    command(
        "Emulation.setDeviceMetricsOverride",
        "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":2,\"mobile\":true}"
            .formatted(width, height));
    command("Emulation.setTouchEmulationEnabled", "{\"enabled\":true}");
  }

  void screenshot(Path file) throws Exception {
    String data = command("Page.captureScreenshot", "{}").path("data").asText();
    Files.write(file, Base64.getDecoder().decode(data));
  }

  @Override
  public void close() throws InterruptedException {
    http.shutdownNow();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
