package io.transvisor.console.gdb;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** The debugger's side of the protocol. */
final class PacketClient implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Socket socket;
  private final InputStream in;
  private boolean acknowledges = true;

  PacketClient(InetSocketAddress address) throws IOException {
    socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(TIMEOUT_MILLIS);
    in = socket.getInputStream();
  }

  /** Sends bytes as they are. */
  void raw(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  void send(String packet) throws IOException {
    int sum = packet.chars().sum() & 0xFF;
    raw("$" + packet + "#%02x".formatted(sum));
    if (acknowledges) {
      expect('+');
    }
  }

  void expect(char c) throws IOException {
    int next = in.read();
    if (next != c) {
      throw new AssertionError("expected " + c + ", got " + (char) next + " (" + next + ")");
    }
  }

  /** The next packet; its checksum is checked, escapes are taken out. */
  String receive() throws IOException {
    expect('$');
    StringBuilder text = new StringBuilder();
    int next = in.read();
    while (next != '#') {
      if (next < 0) {
        throw new AssertionError("the connection ended in " + text);
      }
      text.append((char) next);
      next = in.read();
    }
    int sum = Integer.parseInt("" + (char) in.read() + (char) in.read(), 16);
    if (sum != (text.chars().sum() & 0xFF)) {
      throw new AssertionError("wrong checksum of " + text);
    }
    if (acknowledges) {
      raw("+");
    }
    return PacketStream.unescape(text.toString());
  }

  String ask(String packet) throws IOException {
    send(packet);
    String answer = receive();
    if (packet.equals("QStartNoAckMode")) {
      acknowledges = false;
    }
    return answer;
  }

  /** Whether the other side has closed the connection. */
  boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (SocketException e) {
      // Reset: something sent was not read any more.
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
