package io.transvisor.console.rfb.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.transvisor.console.rfb.TestPictures;
import io.transvisor.console.rfb.encode.Encoding;
import io.transvisor.console.rfb.input.GuestKeyboard;
import io.transvisor.console.rfb.input.GuestPointer;
import io.transvisor.console.rfb.input.KeyboardLayout;
import io.transvisor.console.rfb.input.RecordingInput;
import io.transvisor.console.rfb.message.ClientMessageDecoder;
import io.transvisor.console.rfb.security.Access;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.Optional;

/**
 * How many pixels a session encodes per second of CPU time, and how large frames become: full,
 * non-incremental frames of 1024 by 768 pixels, everything but the socket. Prints a table.
 */
public final class EncodingBenchmark {
  private static final int WIDTH = 1024;
  private static final int HEIGHT = 768;
  private static final long WARM_UP_NANOS = 1_500_000_000L;
  private static final long MEASURED_NANOS = 2_000_000_000L;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final Map<String, int[]> PICTURES =
      Map.of(
          "desktop", TestPictures.desktop(WIDTH, HEIGHT),
          "photo", TestPictures.photo(WIDTH, HEIGHT));

  private EncodingBenchmark() {}

  public static void main(String[] args) {
    System.out.println("| Picture | Encoding | Mpixel per CPU second | KB per frame |");
    System.out.println("| --- | --- | --- | --- |");
    for (String picture : new String[] {"desktop", "photo"}) {
      run(picture, "Raw", Encoding.RAW);
      run(picture, "RRE, rest Hextile", Encoding.RRE, Encoding.HEXTILE);
      run(picture, "Hextile", Encoding.HEXTILE);
      run(picture, "Zlib", Encoding.ZLIB);
      run(picture, "ZRLE", Encoding.ZRLE);
      run(picture, "Tight", Encoding.TIGHT);
      run(picture, "Tight, level 1", Encoding.TIGHT, Encoding.COMPRESSION_LEVEL_0 + 1);
      run(picture, "Tight, JPEG quality 8", Encoding.TIGHT, Encoding.QUALITY_LEVEL_0 + 8);
    }
  }

  private static void run(String picture, String name, int... encodings) {
    Desktop desktop =
        new Desktop(
            TestPictures.screen(WIDTH, HEIGHT, PICTURES.get(picture)),
            new GuestKeyboard(new RecordingInput(), KeyboardLayout.EN_US),
            new GuestPointer(new RecordingInput()),
            "benchmark",
            Optional.empty());
    EmbeddedChannel channel =
        new EmbeddedChannel(new ClientMessageDecoder(), new RfbSession(desktop, Access.FULL));
    ByteBuf setEncodings = Unpooled.buffer().writeByte(2).writeByte(0);
    setEncodings.writeShort(encodings.length);
    for (int encoding : encodings) {
      setEncodings.writeInt(encoding);
    }
    channel.writeInbound(setEncodings);
    drain(channel);
    long bytes = 0;
    int frames = 0;
    long end = THREADS.getCurrentThreadCpuTime() + WARM_UP_NANOS;
    while (THREADS.getCurrentThreadCpuTime() < end) {
      frame(channel);
    }
    long start = THREADS.getCurrentThreadCpuTime();
    long now = start;
    while (now - start < MEASURED_NANOS) {
      bytes += frame(channel);
      frames++;
      now = THREADS.getCurrentThreadCpuTime();
    }
    double pixels = (double) frames * WIDTH * HEIGHT;
    System.out.printf(
        "| %s | %s | %.0f | %d |%n",
        picture, name, pixels * 1e3 / (now - start), bytes / frames / 1024);
    channel.finishAndReleaseAll();
  }

  private static long frame(EmbeddedChannel channel) {
    ByteBuf request = Unpooled.buffer().writeByte(3).writeByte(0).writeInt(0);
    channel.writeInbound(request.writeShort(WIDTH).writeShort(HEIGHT));
    return drain(channel);
  }

  private static long drain(EmbeddedChannel channel) {
    long bytes = 0;
    ByteBuf part = channel.readOutbound();
    while (part != null) {
      bytes += part.readableBytes();
      part.release();
      part = channel.readOutbound();
    }
    return bytes;
  }
}
