package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.core.display.Screen;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Viewers people use show the very picture, whichever encoding they are made to use. */
@Timeout(180)
class RealViewersTest {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Screen screen =
      TestPictures.screen(WIDTH, HEIGHT, TestPictures.desktop(WIDTH, HEIGHT));

  @TempDir private Path directory;

  private static void assumeInstalled(String program, String debianPackage) {
    boolean found = false;
    for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      found |= Files.isExecutable(Path.of(place, program));
    }
    assumeTrue(found, program + " is not installed (package " + debianPackage + ")");
  }

  private VncTestServer server() {
    return new VncTestServer(
        screen, new RecordingInput(), new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest"));
  }

  /** A viewer that fills the display shows the screen, and what changes on it. */
  private void showsTheScreen(String debianPackage, String program, String... arguments)
      throws IOException, InterruptedException {
    assumeInstalled("Xvfb", "xvfb");
    assumeInstalled(program, debianPackage);
    try (VncTestServer server = server();
        XDisplay display = new XDisplay(directory, WIDTH, HEIGHT)) {
      InetSocketAddress address = server.start();
      List<String> command = new ArrayList<>(List.of(program));
      command.addAll(List.of(arguments));
      command.add(address.getHostString() + "::" + address.getPort());
      display.start(command.toArray(String[]::new));
      awaitSame(display);
      screen.paint(
          0,
          0,
          WIDTH,
          HEIGHT,
          (p, stride) -> {
            System.arraycopy(p, 16 * stride, p, 0, p.length - 16 * stride);
            TestPictures.fill(p, stride, 0, HEIGHT - 16, WIDTH, 16, 0x00FF00);
          });
      awaitSame(display);
    }
  }

  private void awaitSame(XDisplay display) {
    int[] expected = screen.copy().pixels();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() ->
            assertThat(differences(display.pixels(), expected)).as("pixels that differ").isZero());
  }

  private static int differences(int[] shown, int[] expected) {
    int count = 0;
    for (int i = 0; i < expected.length; i++) {
      count += shown[i] == expected[i] ? 0 : 1;
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tight", "ZRLE", "Hextile", "Raw"})
  void tigerVnc(String encoding) throws IOException, InterruptedException {
    showsTheScreen(
        "tigervnc-viewer",
        "xtigervncviewer",
        "-AutoSelect=0",
        "-PreferredEncoding=" + encoding,
        "-NoJPEG=1",
        "-FullColor=1",
        "-FullScreen=1",
        "-SecurityTypes=None");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tight", "zlib", "hextile", "rre", "raw"})
  void tightVnc(String encoding) throws IOException, InterruptedException {
    showsTheScreen(
        "xtightvncviewer",
        "xtightvncviewer",
        "-encodings",
        encoding + " copyrect",
        "-nojpeg",
        "-fullscreen");
  }

  /** What a program stores in a file, given a display and the file as its last arguments. */
  private BufferedImage capture(String debianPackage, String fileName, String... command)
      throws IOException, InterruptedException {
    assumeInstalled(command[0], debianPackage);
    Path file = directory.resolve(fileName);
    try (VncTestServer server = server()) {
      InetSocketAddress address = server.start();
      List<String> all = new ArrayList<>(List.of(command));
      all.add(address.getHostString() + ":" + (address.getPort() - VncOptions.BASE_PORT));
      all.add(file.toString());
      ProcessBuilder builder = new ProcessBuilder(all);
      builder.environment().put("HOME", directory.toString());
      builder.redirectErrorStream(true).redirectOutput(directory.resolve("capture.log").toFile());
      Process process = builder.start();
      assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("it ends").isTrue();
      assertThat(process.exitValue()).isZero();
    }
    return ImageIO.read(file.toFile());
  }

  @Test
  void gtkVnc() throws IOException, InterruptedException {
    BufferedImage image = capture("gvncviewer", "capture.png", "gvnccapture");
    int[] pixels = image.getRGB(0, 0, WIDTH, HEIGHT, null, 0, WIDTH);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] &= 0xFFFFFF;
    }
    assertThat(differences(pixels, screen.copy().pixels())).isZero();
  }

  /** Asks for its default set of encodings, and stores a JPEG: near is all that can be expected. */
  @Test
  void vncSnapshot() throws IOException, InterruptedException {
    BufferedImage image = capture("vncsnapshot", "capture.jpg", "vncsnapshot", "-quality", "95");
    int[] expected = screen.copy().pixels();
    long sum = 0;
    for (int i = 0; i < expected.length; i++) {
      int rgb = image.getRGB(i % WIDTH, i / WIDTH);
      sum += Math.abs((rgb >> 8 & 0xFF) - (expected[i] >> 8 & 0xFF));
    }
    assertThat(sum / (double) expected.length).as("mean difference of green").isLessThan(8);
  }
}
