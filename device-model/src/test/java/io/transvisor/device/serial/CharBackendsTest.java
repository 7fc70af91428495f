package io.transvisor.device.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.FakeMachineControl;
import io.transvisor.core.error.VmmException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class CharBackendsTest {
  private final FakeMachineControl machine = new FakeMachineControl();

  private CharBackend open(String specification) {
    return CharBackends.open("-serial", specification, machine);
  }

  private static void send(CharBackend backend, String text) {
    for (byte b : text.getBytes(StandardCharsets.ISO_8859_1)) {
      assertThat(backend.write(b & 0xFF)).isTrue();
    }
  }

  /** Runs posted tasks until that many bytes have come. */
  private String receive(CharBackend backend, int count) throws InterruptedException {
    StringBuilder text = new StringBuilder();
    backend.setListener(new Recorder(backend, text));
    while (text.length() < count) {
      int value = backend.read();
      if (value >= 0) {
        text.append((char) value);
      } else {
        machine.runNextPosted(1000);
      }
    }
    return text.toString();
  }

  private record Recorder(CharBackend backend, StringBuilder text) implements CharBackend.Listener {
    @Override
    public void inputArrived() {
      int value = backend.read();
      while (value >= 0) {
        text.append((char) value);
        value = backend.read();
      }
    }

    @Override
    public void outputPossible() {
      // Not looked at here.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "none"})
  void nothingTakesEverything(String specification) {
    try (CharBackend backend = open(specification)) {
      assertThat(backend.write(65)).isTrue();
      assertThat(backend.read()).isEqualTo(-1);
      assertThat(backend.hasInput()).isFalse();
    }
  }

  @Test
  void aFileHasAllThatWasSentWhenClosed(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("out.log");
    try (CharBackend backend = open("file:" + file)) {
      send(backend, "one\n\u00FFtwo\n");
    }
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).isEqualTo("one\n\u00FFtwo\n");
  }

  @Test
  void streamsWorkInBothDirections() throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InputStream in = new ByteArrayInputStream("typed".getBytes(StandardCharsets.ISO_8859_1));
    CharBackend backend = CharBackends.ofStreams("-serial stdio", machine, in, out, false);
    send(backend, "shown");
    assertThat(receive(backend, 5)).isEqualTo("typed");
    backend.close();
    assertThat(out.toString(StandardCharsets.ISO_8859_1)).isEqualTo("shown");
  }

  @Test
  void aServerTakesOneConnectionAfterTheOther() throws Exception {
    SocketBackend backend = (SocketBackend) open("tcp::0,server,nowait");
    InetSocketAddress address = (InetSocketAddress) backend.localAddress();
    // Nobody listens: it is lost, or reaches the first who does if it is still on its way then.
    String early = "nobody listens";
    send(backend, early);
    for (int round = 0; round < 2; round++) {
      try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
        peer.getOutputStream().write("hello".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(receive(backend, 5)).isEqualTo("hello");
        send(backend, "world");
        InputStream in = peer.getInputStream();
        String got = new String(in.readNBytes(5), StandardCharsets.ISO_8859_1);
        if (round == 0 && early.startsWith(got)) {
          in.skipNBytes(early.length() - 5);
          got = new String(in.readNBytes(5), StandardCharsets.ISO_8859_1);
        }
        assertThat(got).isEqualTo("world");
      }
    }
    backend.close();
  }

  @Test
  void aClientConnectsAndSendsEverythingBeforeItCloses() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CharBackend backend = open("tcp:127.0.0.1:" + server.getLocalPort());
      try (Socket peer = server.accept()) {
        peer.getOutputStream().write("in".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(receive(backend, 2)).isEqualTo("in");
        send(backend, "out");
        backend.close();
        assertThat(new String(peer.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
            .isEqualTo("out");
      }
    }
  }

  @Test
  void aUnixSocketWorksLikewise(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("s");
    CharBackend server = open("unix:" + path + ",server,nowait");
    CharBackend client = open("unix:" + path);
    send(client, "ping");
    assertThat(receive(server, 4)).isEqualTo("ping");
    client.close();
    server.close();
  }

  @Test
  void aFullOutputIsRefusedAndReportedWhenItMovesAgain() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            sink.write(b);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            sink.write(bytes, offset, length);
          }
        };
    CharBackend backend = CharBackends.ofStreams("-serial test", machine, null, slow, false);
    boolean[] possible = {false};
    backend.setListener(
        new CharBackend.Listener() {
          @Override
          public void inputArrived() {
            // There is no input.
          }

          @Override
          public void outputPossible() {
            possible[0] = true;
          }
        });
    int sent = 0;
    while (backend.write(sent & 0xFF)) {
      sent++;
    }
    release.countDown();
    while (!possible[0]) {
      machine.runNextPosted(1000);
    }
    assertThat(backend.write(1)).isTrue();
    backend.close();
    assertThat(sink.size()).isEqualTo(sent + 1);
  }

  @Test
  void aFloodOfInputWaitsForItsReader() throws Exception {
    PipedOutputStream source = new PipedOutputStream();
    PipedInputStream in = new PipedInputStream(source, 1024);
    CharBackend backend =
        CharBackends.ofStreams("-serial test", machine, in, OutputStream.nullOutputStream(), false);
    int total = 20_000;
    Thread writer =
        new Thread(() -> {
          try (source) {
            for (int i = 0; i < total; i++) {
              source.write(i);
            }
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    writer.start();
    String got = receive(backend, total);
    for (int i = 0; i < total; i++) {
      assertThat((int) got.charAt(i)).isEqualTo(i & 0xFF);
    }
    writer.join();
    backend.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pipe:x",
        "file:",
        "file:/nonexistent-directory/x",
        "tcp:localhost",
        "tcp:localhost:99999",
        "tcp:localhost:x",
        "tcp:127.0.0.1:1",
        "tcp::0,server,nosuch"
      })
  void whatCannotBeIsRefusedByName(String specification) {
    assertThatThrownBy(() -> open(specification))
        .isInstanceOf(VmmException.class)
        .hasMessageStartingWith("-serial " + specification + ": ")
        .hasMessageNotContaining("\n");
  }
}
