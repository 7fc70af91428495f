package io.transvisor.console.rfb;

import io.transvisor.console.rfb.client.RfbTestClient;
import java.net.InetSocketAddress;
import java.util.Arrays;

/**
 * From a key that is pressed to the pixels it changes, through a real guest and a real connection:
 * arguments are port and number of keys. The guest waits at a prompt that echoes what is typed;
 * every other key is a backspace. Prints the percentiles in milliseconds.
 */
public final class KeyLatencyBenchmark {
  private static final int RAW = 0;
  private static final int BACKSPACE = 0xFF08;
  private static final int PAUSE_MILLIS = 40;

  private KeyLatencyBenchmark() {}

  public static void main(String[] args) throws Exception {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
    int keys = Integer.parseInt(args[1]);
    double[] millis = new double[keys];
    try (RfbTestClient client = RfbTestClient.connect(address, null, true)) {
      client.setEncodings(RAW);
      client.request(false);
      client.readUpdate();
      for (int i = 0; i < keys; i++) {
        int keysym = i % 2 == 0 ? 'm' : BACKSPACE;
        int[] before = client.framebuffer().clone();
        long pressed = System.nanoTime();
        client.key(true, keysym);
        while (!changed(before, client.framebuffer(), client.width())) {
          client.request(true);
          client.readUpdate();
        }
        millis[i] = (System.nanoTime() - pressed) / 1e6;
        client.key(false, keysym);
        // Times that are no multiple of the guest's or the screen's clocks.
        Thread.sleep(PAUSE_MILLIS + i * 7 % 23);
      }
    }
    Arrays.sort(millis);
    for (double p : new double[] {0.5, 0.9, 0.99, 1}) {
      System.out.printf("%5.1f %%  %.1f ms%n", p * 100, millis[(int) Math.ceil(p * keys) - 1]);
    }
  }

  /** Whether more than a cursor's few rows differ: a letter has changed pixels above each other. */
  private static boolean changed(int[] before, int[] after, int width) {
    int rows = 0;
    for (int y = 0; y < after.length / width; y++) {
      if (Arrays.mismatch(before, y * width, (y + 1) * width, after, y * width, (y + 1) * width)
          >= 0) {
        rows++;
      }
    }
    return rows > 4;
  }
}
