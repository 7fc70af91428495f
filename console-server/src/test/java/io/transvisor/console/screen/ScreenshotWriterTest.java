package io.transvisor.console.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.error.VmmException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScreenshotWriterTest {
  private static final Picture PICTURE =
      new Picture(3, 2, new int[] {0xFF0000, 0x00FF00, 0x0000FF, 0x000000, 0xFFFFFF, 0x123456});

  @TempDir Path directory;

  @Test
  void pngHasThePixels() throws IOException {
    Path file = directory.resolve("shot.png");
    ScreenshotWriter.write(PICTURE, file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertThat(image.getWidth()).isEqualTo(3);
    assertThat(image.getHeight()).isEqualTo(2);
    int[] pixels = image.getRGB(0, 0, 3, 2, null, 0, 3);
    assertThat(Arrays.stream(pixels).map(p -> p & 0xFFFFFF)).containsExactly(box(PICTURE.pixels()));
  }

  @Test
  void ppmIsByteExact() throws IOException {
    Path file = directory.resolve("shot.PPM");
    ScreenshotWriter.write(PICTURE, file);
    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "P6\n"
                + "3 2\n"
                + "255\n"
                + "\u00FF\0\0\0\u00FF\0\0\0\u00FF\0\0\0\u00FF\u00FF\u00FF\u0012\u0034\u0056");
  }

  @Test
  void unwritableFilesAreNamed() {
    Path file = directory.resolve("no/such/shot.png");
    assertThatThrownBy(() -> ScreenshotWriter.write(PICTURE, file))
        .isInstanceOf(VmmException.class)
        .hasMessageStartingWith("cannot write the screenshot " + file);
  }

  private static Integer[] box(int[] values) {
    return Arrays.stream(values).boxed().toArray(Integer[]::new);
  }
}
