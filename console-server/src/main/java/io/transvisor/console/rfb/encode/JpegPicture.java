package io.transvisor.console.rfb.encode;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes parts of a picture as JPEG. */
final class JpegPicture implements AutoCloseable {
  /** JPEG quality, 0 to 1, for each of RFB's levels: what viewers' users are used to. */
  private static final float[] QUALITIES = {
    0.15f, 0.29f, 0.41f, 0.42f, 0.62f, 0.77f, 0.79f, 0.86f, 0.92f, 1f
  };

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private ImageWriter writer;
  private ImageWriteParam parameters;

  /**
   * @param level 0 to 9
   */
  void write(int[] pixels, int stride, Area area, int level, ByteSink out) {
    BufferedImage image =
        new BufferedImage(area.width(), area.height(), BufferedImage.TYPE_INT_RGB);
    int[] target = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    for (int row = 0; row < area.height(); row++) {
      int from = (area.y() + row) * stride + area.x();
      System.arraycopy(pixels, from, target, row * area.width(), area.width());
    }
    if (writer == null) {
      writer = ImageIO.getImageWritersByFormatName("jpeg").next();
      parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    }
    parameters.setCompressionQuality(QUALITIES[level]);
    bytes.reset();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), parameters);
      writer.setOutput(null);
    } catch (IOException e) {
      throw new UncheckedIOException("JPEG in memory", e);
    }
    out.bytes(bytes.toByteArray());
  }

  @Override
  public void close() {
    if (writer != null) {
      writer.dispose();
    }
  }
}
