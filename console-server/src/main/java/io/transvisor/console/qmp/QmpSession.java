package io.transvisor.console.qmp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One client: greeting, negotiation, then commands and events. What it gets is written by a thread
 * of its own in the order in which it came up; who does not read is disconnected.
 */
final class QmpSession {
  /** Messages that may wait for a client to read them. */
  private static final int MOST_WAITING = 10_000;

  private static final int DRAIN_MILLIS = 1000;
  private static final byte[] END = {};
  private static final List<String> MEMBERS = List.of("execute", "arguments", "id");

  private final ObjectMapper json;
  private final QmpCommands commands;
  private final JsonFrames frames;
  private final InputStream in;
  private final OutputStream out;
  private final LinkedBlockingQueue<byte[]> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final CountDownLatch drained = new CountDownLatch(1);
  private volatile boolean negotiated;
  private boolean quitting;

  QmpSession(ObjectMapper json, QmpCommands commands, InputStream in, OutputStream out) {
    this.json = json;
    this.commands = commands;
    this.in = in;
    this.out = out;
    frames = new JsonFrames(in);
  }

  /** Serves the client until it leaves. */
  void run() throws IOException {
    Thread.ofVirtual().name("qmp writer").start(this::writeAll);
    ObjectNode greeting = json.createObjectNode();
    ObjectNode qmp = greeting.putObject("QMP");
    qmp.set("version", commands.version());
    qmp.putArray("capabilities");
    enqueue(greeting);
    String frame = frames.next();
    while (frame != null) {
      enqueue(answer(frame));
      if (quitting) {
        commands.quit();
      }
      frame = frames.next();
    }
    finish();
  }

  /** Sends an event, if the client has said that it is ready. */
  void event(ObjectNode event) {
    if (negotiated) {
      enqueue(event);
    }
  }

  /** What waits is written before this comes back, unless the client does not read it. */
  void finish() {
    waiting.offer(END);
    try {
      if (!drained.await(DRAIN_MILLIS, TimeUnit.MILLISECONDS)) {
        in.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // Closed already.
    }
  }

  private void enqueue(ObjectNode message) {
    try {
      byte[] line = (json.writeValueAsString(message) + "\r\n").getBytes(StandardCharsets.UTF_8);
      if (!waiting.offer(line)) {
        in.close();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      // The connection is closed: that was the purpose.
    }
  }

  private void writeAll() {
    try {
      byte[] next = waiting.take();
      while (next != END) {
        out.write(next);
        if (waiting.isEmpty()) {
          out.flush();
        }
        next = waiting.take();
      }
    } catch (IOException e) {
      // The reading side notices, too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      drained.countDown();
    }
  }

  // ---- one command ----

  private ObjectNode answer(String frame) {
    ObjectNode answer = json.createObjectNode();
    JsonNode id = null;
    try {
      JsonNode request = parse(frame);
      id = request.get("id");
      answer.set("return", execute(request));
    } catch (QmpException e) {
      error(answer, e.errorClass(), e.getMessage());
    } catch (VmmException e) {
      error(answer, "GenericError", e.getMessage());
    }
    if (id != null) {
      answer.set("id", id);
    }
    return answer;
  }

  private static void error(ObjectNode answer, String errorClass, String description) {
    answer.removeAll();
    answer.putObject("error").put("class", errorClass).put("desc", description);
  }

  private JsonNode parse(String frame) {
    JsonNode request;
    try {
      request = json.readTree(frame);
    } catch (JsonProcessingException e) {
      throw QmpException.generic("JSON parse error, " + e.getOriginalMessage());
    }
    if (request == null || !request.isObject()) {
      throw QmpException.generic("QMP input must be a JSON object");
    }
    return request;
  }

  private JsonNode execute(JsonNode request) {
    Iterator<String> names = request.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!MEMBERS.contains(name)) {
        throw QmpException.generic("QMP input member '" + name + "' is unexpected");
      }
    }
    JsonNode name = request.path("execute");
    JsonNode arguments = request.path("arguments");
    if (name.isMissingNode()) {
      throw QmpException.generic("QMP input lacks member 'execute'");
    }
    if (!name.isTextual()) {
      throw QmpException.generic("QMP input member 'execute' must be a string");
    }
    if (!arguments.isMissingNode() && !arguments.isObject()) {
      throw QmpException.generic("QMP input member 'arguments' must be an object");
    }
    if (name.asText().equals("qmp_capabilities")) {
      return negotiate(new Arguments(arguments));
    }
    if (!negotiated) {
      throw QmpException.commandNotFound(
          "Expecting capabilities negotiation with 'qmp_capabilities'");
    }
    JsonNode result = commands.execute(name.asText(), new Arguments(arguments));
    quitting = name.asText().equals(QmpCommands.QUIT);
    return result;
  }

  private JsonNode negotiate(Arguments a) {
    if (negotiated) {
      throw QmpException.commandNotFound(
          "Capabilities negotiation is already complete, command ignored");
    }
    JsonNode enable = a.optional("enable");
    a.end();
    if (!enable.isMissingNode() && !enable.isEmpty()) {
      throw QmpException.generic("Capability " + enable.get(0).asText() + " not available");
    }
    negotiated = true;
    return json.createObjectNode();
  }
}
