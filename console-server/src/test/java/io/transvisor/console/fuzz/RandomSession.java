package io.transvisor.console.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * What a client might send, mostly in the order of the protocol, with extreme values in its fields;
 * then some of it damaged.
 */
final class RandomSession {
  private static final String[] VERSIONS = {
    "RFB 003.008\n",
    "RFB 003.008\n",
    "RFB 003.008\n",
    "RFB 003.007\n",
    "RFB 003.003\n",
    "RFB 999.999\n",
    "GET / HTTP/1"
  };
  private static final int[] EXTREMES = {
    0, 1, 2, 15, 16, 255, 256, 4095, 65535, 65536, 1 << 24, Integer.MAX_VALUE, Integer.MIN_VALUE, -1
  };

  /** Encodings and pseudo-encodings, known ones above all. */
  private static final int[] ENCODINGS = {
    0,
    1,
    2,
    5,
    6,
    7,
    16,
    -223,
    -224,
    -239,
    -247,
    -256,
    -257,
    -258,
    -261,
    -307,
    -308,
    -309,
    -312,
    -313,
    -314,
    -23,
    -32,
    0xC0A1E5CE
  };

  private final RandomGenerator random;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  RandomSession(RandomGenerator random) {
    this.random = random;
  }

  private void put(int... values) {
    for (int v : values) {
      bytes.write(v);
    }
  }

  private void put16(int value) {
    put(value >> 8, value);
  }

  private void put32(int value) {
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
  }

  private void text(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void noise(int most) {
    byte[] some = new byte[random.nextInt(most + 1)];
    random.nextBytes(some);
    bytes.writeBytes(some);
  }

  private int extreme() {
    return random.nextInt(3) == 0 ? random.nextInt() : EXTREMES[random.nextInt(EXTREMES.length)];
  }

  /** The handshake without encryption, then messages. */
  byte[] plain() {
    text(VERSIONS[random.nextInt(VERSIONS.length)]);
    put(random.nextInt(8) == 0 ? random.nextInt(256) : 1);
    put(random.nextInt(2));
    messages();
    return damaged();
  }

  /** VeNCrypt up to where TLS begins, and what is no TLS. */
  byte[] veNCrypt() {
    text("RFB 003.008\n");
    put(19, 0, random.nextInt(4) == 0 ? random.nextInt(256) : 2);
    put32(random.nextInt(3) == 0 ? extreme() : 256 + random.nextInt(8));
    if (random.nextBoolean()) {
      // The beginning of a record with a ClientHello.
      put(22, 3, 1);
      put16(extreme());
      put(1, 0);
    }
    noise(600);
    return damaged();
  }

  /** What comes inside of TLS: ClientInit and messages. */
  byte[] encrypted() {
    put(random.nextInt(2));
    messages();
    return damaged();
  }

  /** A request for a WebSocket, and frames that hold a session. */
  byte[] webSocket(String host) {
    byte[] inner = plain();
    bytes.reset();
    String path = random.nextInt(8) == 0 ? "/ws/status" : "/ws/console";
    text("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host + "\r\n");
    text("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n");
    byte[] key = new byte[16];
    random.nextBytes(key);
    text("Sec-WebSocket-Key: " + Base64.getEncoder().encodeToString(key) + "\r\n");
    if (random.nextBoolean()) {
      text("Sec-WebSocket-Protocol: binary\r\n");
    }
    text("\r\n");
    int at = 0;
    while (at < inner.length) {
      int length = Math.min(1 + random.nextInt(200), inner.length - at);
      frame(inner, at, length);
      at += length;
    }
    return random.nextInt(3) == 0 ? damaged() : bytes.toByteArray();
  }

  private void frame(byte[] data, int at, int length) {
    boolean odd = random.nextInt(12) == 0;
    put(odd ? random.nextInt(256) : 0x82);
    boolean masked = !odd || random.nextBoolean();
    int announced = random.nextInt(40) == 0 ? extreme() : length;
    int mask = masked ? 0x80 : 0;
    if (announced >= 0 && announced < 126) {
      put(mask | announced);
    } else if (announced >= 0 && announced < 65536) {
      put(mask | 126);
      put16(announced);
    } else {
      put(mask | 127);
      put32(random.nextInt(2));
      put32(announced);
    }
    int key = random.nextInt();
    if (masked) {
      put32(key);
    }
    for (int i = 0; i < length; i++) {
      put(masked ? data[at + i] ^ key >>> 24 - i % 4 * 8 : data[at + i]);
    }
  }

  /** Lines that look like HTTP. */
  byte[] http(String host) {
    String[] methods = {"GET", "POST", "HEAD", "PUT", "PRI", ""};
    String[] paths = {
      "/",
      "/api/status",
      "/api/login",
      "/api/power",
      "/api/media",
      "/novnc/core/rfb.js",
      "/../../etc/passwd",
      "/%2e%2e/%2e%2e/",
      "*",
      "http://" + host + "/"
    };
    text(methods[random.nextInt(methods.length)] + " ");
    text(paths[random.nextInt(paths.length)] + " HTTP/1." + random.nextInt(3) + "\r\n");
    text("Host: " + (random.nextInt(6) == 0 ? "elsewhere" : host) + "\r\n");
    text("Content-Type: application/json\r\nContent-Length: " + extreme() + "\r\n");
    if (random.nextInt(4) == 0) {
      text("X: " + "y".repeat(random.nextInt(20_000)) + "\r\n");
    }
    text("\r\n{\"action\": \"nothing\", \"password\": ");
    noise(100);
    return random.nextBoolean() ? damaged() : bytes.toByteArray();
  }

  // ---- messages ----

  private void messages() {
    int count = random.nextInt(25);
    for (int i = 0; i < count; i++) {
      message();
    }
  }

  private void message() {
    switch (random.nextInt(12)) {
      case 0 -> setPixelFormat();
      case 1 -> setEncodings();
      case 2, 3 -> updateRequest();
      case 4 -> {
        put(4, random.nextInt(2), 0, 0);
        put32(random.nextBoolean() ? extreme() : 32 + random.nextInt(96));
      }
      case 5 -> {
        put(5, random.nextInt(256));
        put16(extreme());
        put16(extreme());
      }
      case 6 -> {
        put(6, 0, 0, 0);
        put32(random.nextInt(3) == 0 ? extreme() : random.nextInt(50));
        noise(50);
      }
      case 7 -> {
        put(248, 0, 0, 0);
        put32(extreme());
        int length = random.nextInt(70);
        put(length);
        noise(length);
      }
      case 8 -> {
        put(150, random.nextInt(3));
        put16(extreme());
        put16(extreme());
        put16(extreme());
        put16(extreme());
      }
      case 9 -> {
        put(251, 0);
        put16(extreme());
        put16(extreme());
        put(random.nextInt(4), 0);
        noise(64);
      }
      case 10 -> {
        put(255, random.nextInt(3));
        put16(random.nextInt(2));
        put32(extreme());
        put32(extreme());
      }
      default -> {
        put(random.nextInt(256));
        noise(20);
      }
    }
  }

  private void setPixelFormat() {
    int[] depths = {8, 16, 32, 24, 0, 255};
    put(0, 0, 0, 0, depths[random.nextInt(depths.length)], depths[random.nextInt(depths.length)]);
    put(random.nextInt(2), random.nextInt(2));
    for (int i = 0; i < 3; i++) {
      put16(random.nextBoolean() ? 255 : extreme());
    }
    put(random.nextInt(40), random.nextInt(40), random.nextInt(40), 0, 0, 0);
  }

  private void setEncodings() {
    int count = random.nextInt(20);
    put(2, 0);
    put16(random.nextInt(20) == 0 ? extreme() : count);
    for (int i = 0; i < count; i++) {
      put32(random.nextInt(8) == 0 ? extreme() : ENCODINGS[random.nextInt(ENCODINGS.length)]);
    }
  }

  private void updateRequest() {
    put(3, random.nextInt(2));
    boolean whole = random.nextBoolean();
    put16(whole ? 0 : extreme());
    put16(whole ? 0 : extreme());
    put16(whole ? 320 : extreme());
    put16(whole ? 240 : extreme());
  }

  /** The bytes so far, some of them changed, cut or repeated. */
  private byte[] damaged() {
    byte[] all = bytes.toByteArray();
    int kind = random.nextInt(4);
    if (kind == 0 || all.length < 2) {
      return all;
    }
    if (kind == 1) {
      return Arrays.copyOf(all, 1 + random.nextInt(all.length - 1));
    }
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      all[random.nextInt(all.length)] =
          (byte) (kind == 2 ? random.nextInt(256) : EXTREMES[random.nextInt(8)]);
    }
    return all;
  }
}
