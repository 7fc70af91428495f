package io.transvisor.guests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The test's end of a guest's serial port: a Unix-domain socket the machine connects to. */
final class SerialLine implements AutoCloseable {
  private final Path directory;
  private final Path path;
  private final ServerSocketChannel server;
  private final StringBuffer received = new StringBuffer();
  private SocketChannel channel;

  SerialLine() {
    try {
      directory = Files.createTempDirectory("serial");
      path = directory.resolve("com1");
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What to write after {@code -serial}. */
  String backEnd() {
    return "unix:" + path;
  }

  /** Takes the connection of a machine that has been assembled. */
  void connect() {
    try {
      channel = server.accept();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().name("serial line").start(this::receive);
  }

  private void receive() {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    try {
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        received.append(StandardCharsets.ISO_8859_1.decode(buffer));
        buffer.clear();
      }
    } catch (IOException e) {
      // The machine or the test has hung up.
    }
  }

  /** Everything the guest has sent, one character for each byte. */
  String received() {
    return received.toString();
  }

  void send(String text) {
    try {
      ByteBuffer bytes = StandardCharsets.ISO_8859_1.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      if (channel != null) {
        channel.close();
      }
      server.close();
      Files.deleteIfExists(path);
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
