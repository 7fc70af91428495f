package io.transvisor.console.rfb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An X server without a screen (Xvfb), whose picture is looked at in its framebuffer file. */
final class XDisplay implements AutoCloseable {
  private static final int SECONDS_TO_START = 30;

  private final Path directory;
  private final Process server;
  private final String name;
  private final List<Process> clients = new ArrayList<>();

  XDisplay(Path directory, int width, int height) throws IOException, InterruptedException {
    this.directory = directory;
    Path number = directory.resolve("display");
    // The server chooses a free display and writes its number to its standard output.
    server =
        new ProcessBuilder(
                "Xvfb",
                "-displayfd",
                "1",
                "-screen",
                "0",
                width + "x" + height + "x24",
                "-fbdir",
                directory.toString(),
                "-nocursor",
                "-nolisten",
                "tcp")
            .redirectOutput(number.toFile())
            .redirectError(directory.resolve("xvfb.log").toFile())
            .start();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS_TO_START);
    while (!Files.readString(number).endsWith("\n")) {
      if (!server.isAlive() || System.nanoTime() - end > 0) {
        server.destroyForcibly();
        throw new IOException("Xvfb does not start: " + Files.readString(number));
      }
      Thread.sleep(50);
    }
    name = ":" + Files.readString(number).strip();
  }

  /** Starts a program on this display. */
  void start(String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("DISPLAY", name);
    builder.environment().put("HOME", directory.toString());
    builder.redirectErrorStream(true).redirectOutput(directory.resolve("client.log").toFile());
    clients.add(builder.start());
  }

  /** What is on the display: the X window dump that Xvfb keeps up to date. */
  int[] pixels() throws IOException {
    ByteBuffer dump = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("Xvfb_screen0")));
    int width = dump.getInt(16);
    int height = dump.getInt(20);
    int perLine = dump.getInt(48);
    int start = dump.getInt(0) + 12 * dump.getInt(76);
    dump.order(dump.getInt(28) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int[] pixels = new int[width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = dump.getInt(start + i / width * perLine + i % width * 4) & 0xFFFFFF;
    }
    return pixels;
  }

  @Override
  public void close() throws InterruptedException {
    for (Process client : clients) {
      client.destroy();
      client.waitFor(5, TimeUnit.SECONDS);
    }
    server.destroy();
    server.waitFor(5, TimeUnit.SECONDS);
  }
}
