package io.transvisor.console.rfb;

import io.transvisor.console.rfb.security.SecurityObjects;
import io.transvisor.console.screen.ScreenshotWriter;
import io.transvisor.core.display.Screen;
import io.transvisor.core.input.InputSink;
import io.transvisor.core.input.Key;
import java.nio.file.Path;
import java.util.List;

/**
 * A VNC server over an invented desktop, to look at with real viewers: arguments are that of {@code
 * -vnc}, what happens ({@code still}, {@code scroll} or {@code resize}) and the size. Prints the
 * input it gets.
 */
public final class VncDemo {
  private VncDemo() {}

  public static void main(String[] args) throws Exception {
    int width = Integer.parseInt(args[2].split("x")[0]);
    int height = Integer.parseInt(args[2].split("x")[1]);
    Screen screen = TestPictures.screen(width, height, TestPictures.desktop(width, height));
    ScreenshotWriter.write(screen.copy(), Path.of("demo.png"));
    InputSink printer =
        new InputSink() {
          @Override
          public void key(Key key, boolean down) {
            System.out.println("key " + key + (down ? " down" : " up"));
          }

          @Override
          public void mouse(int dx, int dy, int dz, int buttons) {
            System.out.println("mouse " + dx + " " + dy + " " + dz + " " + buttons);
          }
        };
    VncOptions options =
        VncServer.parse(args[0], new SecurityObjects(List.of()), "Demo").orElseThrow();
    try (VncTestServer server = new VncTestServer(screen, printer, options)) {
      System.out.println("listening on " + server.start());
      for (int i = 0; ; i++) {
        Thread.sleep(100);
        switch (args[1]) {
          case "scroll" -> scroll(screen, i);
          case "resize" -> resize(screen, i, width, height);
          default -> {}
        }
      }
    }
  }

  private static void scroll(Screen screen, int step) {
    screen.paint(
        0,
        0,
        screen.width(),
        screen.height(),
        (pixels, stride) -> {
          System.arraycopy(pixels, 16 * stride, pixels, 0, pixels.length - 16 * stride);
          int[] line = TestPictures.noise(stride, 16, step);
          System.arraycopy(line, 0, pixels, pixels.length - line.length, line.length);
        });
  }

  private static void resize(Screen screen, int step, int width, int height) {
    if (step % 10 == 0) {
      int shrink = step / 10 % 3 * 160;
      screen.resize(width - shrink, height - shrink);
      TestPictures.show(screen, TestPictures.desktop(width - shrink, height - shrink));
    }
  }
}
