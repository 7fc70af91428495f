package io.transvisor.console.screen;

import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.error.VmmException;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Writes a picture as PNG (RFC 2083) or as binary PPM ("P6" of Netpbm), the format of QEMU's
 * screendump.
 */
public final class ScreenshotWriter {
  /** What can be written. */
  public enum Format {
    PNG,
    PPM;

    /**
     * @throws VmmException if there is none of that name
     */
    public static Format named(String name) {
      return switch (name) {
        case "png" -> PNG;
        case "ppm" -> PPM;
        default -> throw new VmmException("format " + name + ": there are png and ppm");
      };
    }
  }

  private ScreenshotWriter() {}

  /**
   * Writes a file: PPM when its name ends in {@code .ppm}, otherwise PNG.
   *
   * @throws VmmException when the file cannot be written
   */
  public static void write(Picture picture, Path file) {
    boolean ppm = file.toString().toLowerCase(Locale.ROOT).endsWith(".ppm");
    write(picture, file, ppm ? Format.PPM : Format.PNG);
  }

  /**
   * Writes a file of this format, whatever its name.
   *
   * @throws VmmException when the file cannot be written
   */
  public static void write(Picture picture, Path file, Format format) {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      switch (format) {
        case PPM -> writePpm(picture, out);
        case PNG -> writePng(picture, out);
      }
    } catch (IOException e) {
      throw new VmmException("cannot write the screenshot " + file + ": " + e.getMessage(), e);
    }
  }

  /** Writes 24-bit PNG; leaves the stream open. */
  public static void writePng(Picture picture, OutputStream out) throws IOException {
    int width = picture.width();
    int height = picture.height();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, picture.pixels(), 0, width);
    try (ImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IOException("this Java runtime has no PNG writer");
      }
    }
  }

  /** Writes binary PPM; leaves the stream open. */
  public static void writePpm(Picture picture, OutputStream out) throws IOException {
    String header = "P6\n%d %d\n255\n".formatted(picture.width(), picture.height());
    out.write(header.getBytes(StandardCharsets.US_ASCII));
    byte[] row = new byte[picture.width() * 3];
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        int rgb = picture.pixels()[y * picture.width() + x];
        row[x * 3] = (byte) (rgb >> 16);
        row[x * 3 + 1] = (byte) (rgb >> 8);
        row[x * 3 + 2] = (byte) rgb;
      }
      out.write(row);
    }
  }
}
