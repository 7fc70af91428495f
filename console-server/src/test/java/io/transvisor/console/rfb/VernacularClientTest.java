package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.shinyhut.vernacular.client.VernacularClient;
import com.shinyhut.vernacular.client.VernacularConfig;
import com.shinyhut.vernacular.client.rendering.ColorDepth;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.core.display.Screen;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client somebody else wrote sees the same pictures. */
class VernacularClientTest {
  private final Screen screen = TestPictures.screen(320, 240, TestPictures.desktop(320, 240));
  private final RecordingInput guest = new RecordingInput();
  private final AtomicReference<Image> shown = new AtomicReference<>();

  @ParameterizedTest
  @CsvSource({
    "hextile, true, secret",
    "hextile, false, ",
    "rre, true, ",
    "rre, false, ",
    "zlib, true, secret",
    "raw, true, ",
    "raw, false, secret"
  })
  void seesTheScreen(String encoding, boolean copyRect, String password) {
    VernacularConfig config = config();
    config.setEnableHextileEncoding(encoding.equals("hextile"));
    config.setEnableRreEncoding(encoding.equals("rre"));
    config.setEnableZLibEncoding(encoding.equals("zlib"));
    config.setEnableCopyrectEncoding(copyRect);
    config.setPasswordSupplier(() -> password);
    VernacularClient client = new VernacularClient(config);
    VncOptions options = new VncOptions(VncOptions.LOOPBACK, 0, password, "Guest");
    try (VncTestServer server = new VncTestServer(screen, guest, options)) {
      InetSocketAddress address = server.start();
      client.start(address.getHostString(), address.getPort());
      awaitSameImage();
      screen.paint(
          0,
          0,
          320,
          240,
          (p, stride) -> {
            System.arraycopy(p, 16 * stride, p, 0, p.length - 16 * stride);
            TestPictures.fill(p, stride, 0, 224, 320, 16, 0x00FF00);
          });
      awaitSameImage();
      screen.resize(400, 300);
      TestPictures.show(screen, TestPictures.desktop(400, 300));
      awaitSameImage();
    } finally {
      client.stop();
    }
  }

  @Test
  void typesText() {
    VernacularClient client = new VernacularClient(config());
    VncOptions options = new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest");
    try (VncTestServer server = new VncTestServer(screen, guest, options)) {
      InetSocketAddress address = server.start();
      client.start(address.getHostString(), address.getPort());
      await().until(() -> server.viewers() == 1);
      client.type("dir C:\\*.* /W | more > \"x y\"");
      StringBuilder typed = new StringBuilder();
      await()
          .untilAsserted(() ->
              assertThat(typed.append(guest.takeText()))
                  .hasToString("dir C:\\*.* /W | more > \"x y\""));
    } finally {
      client.stop();
    }
  }

  private VernacularConfig config() {
    VernacularConfig config = new VernacularConfig();
    config.setColorDepth(ColorDepth.BPP_24_TRUE);
    config.setScreenUpdateListener(shown::set);
    return config;
  }

  private void awaitSameImage() {
    await()
        .untilAsserted(() -> {
          Screen.Picture expected = screen.copy();
          BufferedImage image = (BufferedImage) shown.get();
          assertThat(image).isNotNull();
          assertThat(image.getWidth()).isEqualTo(expected.width());
          assertThat(image.getHeight()).isEqualTo(expected.height());
          int[] pixels =
              image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
          int[] rgb = Arrays.stream(pixels).map(p -> p & 0xFFFFFF).toArray();
          assertThat(Arrays.mismatch(rgb, expected.pixels())).isEqualTo(-1);
        });
  }
}
