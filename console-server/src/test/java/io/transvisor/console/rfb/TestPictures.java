package io.transvisor.console.rfb;

import io.transvisor.core.display.Screen;
import java.util.Arrays;
import java.util.Random;

/**
 * Pictures with the kinds of content that encoders tell apart: flat, text-like, gradients, noise.
 */
public final class TestPictures {
  private TestPictures() {}

  /**
   * A desktop: plain background, a title bar with a gradient, lines of text, a photo, icons in many
   * colours.
   */
  public static int[] desktop(int width, int height) {
    int[] pixels = new int[width * height];
    Random random = new Random(42);
    fill(pixels, width, 0, 0, width, height, 0x3A6EA5);
    int bar = Math.min(30, height);
    fill(pixels, width, 0, height - bar, width, bar, 0xD4D0C8);
    int windowWidth = width * 2 / 3;
    int windowHeight = height * 2 / 3;
    fill(pixels, width, width / 8, height / 8, windowWidth, windowHeight, 0xFFFFFF);
    for (int y = height / 8; y < Math.min(height / 8 + 18, height); y++) {
      for (int x = width / 8; x < width / 8 + windowWidth; x++) {
        pixels[y * width + x] = 0x0A246A + (x - width / 8) * 200 / windowWidth * 0x010100;
      }
    }
    for (int line = height / 8 + 24; line + 12 < height / 8 + windowHeight; line += 14) {
      int end = width / 8 + 4 + random.nextInt(windowWidth / 2);
      for (int x = width / 8 + 4; x < end; x += 7) {
        for (int i = 0; i < 18; i++) {
          int px = Math.min(x + random.nextInt(6), width - 1);
          pixels[(line + random.nextInt(10)) * width + px] = 0x000000;
        }
      }
    }
    int photo = Math.min(width, height) / 4;
    for (int y = 0; y < photo; y++) {
      for (int x = 0; x < photo; x++) {
        int p = (y + height / 2) * width + x + width / 2;
        pixels[p] = random.nextInt(0x20) * 0x010101 + (x * 160 / photo << 16 | y * 160 / photo);
      }
    }
    for (int icon = 0; icon < 5 && icon * 40 + 40 < height; icon++) {
      for (int y = 0; y < 24; y++) {
        for (int x = 0; x < 24; x++) {
          int colour = (x / 4 + y / 4 * 3 + icon) % 7;
          pixels[(icon * 40 + 8 + y) * width + 8 + x] = 0x123456 * (colour + 1) & 0xFFFFFF;
        }
      }
    }
    return pixels;
  }

  /** Nothing but noise. */
  public static int[] noise(int width, int height, long seed) {
    return new Random(seed).ints((long) width * height, 0, 0x100_0000).toArray();
  }

  /** Smooth shapes with a little grain. */
  public static int[] photo(int width, int height) {
    int[] pixels = new int[width * height];
    Random random = new Random(7);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int grain = random.nextInt(4);
        int red = (int) (120 + 100 * Math.sin(x / 37.0 + y / 80.0)) + grain;
        int green = (int) (120 + 100 * Math.cos(y / 29.0)) + grain;
        int blue = (int) (120 + 100 * Math.sin((x + y) / 53.0)) + grain;
        pixels[y * width + x] = red << 16 | green << 8 | blue;
      }
    }
    return pixels;
  }

  public static void fill(int[] pixels, int stride, int x, int y, int w, int h, int colour) {
    for (int row = y; row < y + h; row++) {
      Arrays.fill(pixels, row * stride + x, row * stride + x + w, colour);
    }
  }

  /** A screen that shows this picture. */
  public static Screen screen(int width, int height, int[] picture) {
    Screen screen = new Screen();
    screen.resize(width, height);
    show(screen, picture);
    return screen;
  }

  /** Paints a whole picture. */
  public static void show(Screen screen, int[] picture) {
    screen.paint(
        0,
        0,
        screen.width(),
        screen.height(),
        (pixels, stride) -> System.arraycopy(picture, 0, pixels, 0, pixels.length));
  }
}
