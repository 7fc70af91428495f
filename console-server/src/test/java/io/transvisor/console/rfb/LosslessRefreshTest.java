package io.transvisor.console.rfb;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.core.display.Screen;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a viewer was sent as JPEG is sent again without loss when the screen is at rest. */
@Timeout(60)
class LosslessRefreshTest {
  private static final int QUALITY_3 = Encoding.QUALITY_LEVEL_0 + 3;

  private final Screen screen = new Screen();

  /** Grain that JPEG cannot keep, but for a plain area at the right. */
  private int[] paintGrain() {
    Random random = new Random(7);
    screen.paint(
        0,
        0,
        500,
        480,
        (pixels, stride) -> {
          for (int y = 0; y < 480; y++) {
            for (int x = 0; x < 500; x++) {
              pixels[y * stride + x] = random.nextInt(1 << 24);
            }
          }
        });
    return screen.copy().pixels();
  }

  @Test
  void jpegIsRefinedWhenTheScreenIsAtRest() throws IOException {
    screen.watch();
    VncOptions options = new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest");
    try (VncTestServer server = new VncTestServer(screen, new RecordingInput(), options);
        RfbTestClient client = RfbTestClient.connect(server.start(), null, true)) {
      int[] expected = paintGrain();
      client.setEncodings(Encoding.TIGHT, QUALITY_3);
      client.request(false);
      client.readUpdate();
      assertThat(Arrays.equals(client.framebuffer(), expected)).as("JPEG loses").isFalse();
      while (!Arrays.equals(client.framebuffer(), expected)) {
        client.request(true);
        assertThat(client.readUpdate()).isNotEmpty();
      }
      client.request(true);
      assertThat(client.isSilentFor(600)).as("nothing is refined twice").isTrue();
    }
  }

  @Test
  void withoutJpegThereIsNothingToRefine() throws IOException {
    screen.watch();
    VncOptions options = new VncOptions(VncOptions.LOOPBACK, 0, null, "Guest");
    try (VncTestServer server = new VncTestServer(screen, new RecordingInput(), options);
        RfbTestClient client = RfbTestClient.connect(server.start(), null, true)) {
      int[] expected = paintGrain();
      client.setEncodings(Encoding.TIGHT);
      client.request(false);
      client.readUpdate();
      assertThat(client.framebuffer()).isEqualTo(expected);
      client.request(true);
      assertThat(client.isSilentFor(600)).isTrue();
    }
  }
}
