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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How many pixels a session encodes per second of CPU time, and how large frames become: full,
 * non-incremental frames of 1024 by 768 pixels, everything but the socket. Prints a table.
 */
public final class EncodingBenchmark {
  private static final int WIDTH = 1024;
  private static final int HEIGHT = 768;
  private static final long WARM_UP_NANOS = 700_000_000L;
  private static final long MEASURED_NANOS = 300_000_000L;

  /** Odd, for the median. */
  private static final int ROUNDS = 7;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private static final Map<String, int[]> PICTURES =
      Map.of(
          "desktop", TestPictures.desktop(WIDTH, HEIGHT),
          "photo", TestPictures.photo(WIDTH, HEIGHT));

  private EncodingBenchmark() {}

  /** A session with one encoding that looks at one picture, and what was measured of it. */
  private static final class Case {
    private final String picture;
    private final String name;
    private final EmbeddedChannel channel;
    private final List<Double> megapixels = new ArrayList<>();
    private long kilobytes;

    Case(String picture, String name, int... encodings) {
      this.picture = picture;
      this.name = name;
      Desktop desktop =
          new Desktop(
              TestPictures.screen(WIDTH, HEIGHT, PICTURES.get(picture)),
              new GuestKeyboard(new RecordingInput(), KeyboardLayout.EN_US),
              new GuestPointer(new RecordingInput()),
              "benchmark",
              Optional.empty());
      channel =
          new EmbeddedChannel(new ClientMessageDecoder(), new RfbSession(desktop, Access.FULL));
      ByteBuf setEncodings = Unpooled.buffer().writeByte(2).writeByte(0);
      setEncodings.writeShort(encodings.length);
      for (int encoding : encodings) {
        setEncodings.writeInt(encoding);
      }
      channel.writeInbound(setEncodings);
      drain(channel);
    }

    /** Whole frames for so much time of the processor. */
    double measure(long nanos) {
      long bytes = 0;
      int frames = 0;
      long start = THREADS.getCurrentThreadCpuTime();
      long now = start;
      while (now - start < nanos) {
        bytes += frame(channel);
        frames++;
        now = THREADS.getCurrentThreadCpuTime();
      }
      kilobytes = bytes / frames / 1024;
      return (double) frames * WIDTH * HEIGHT * 1e3 / (now - start);
    }

    void print() {
      Collections.sort(megapixels);
      System.out.printf(
          "| %s | %s | %.0f | %.0f to %.0f | %d |%n",
          picture,
          name,
          megapixels.get(ROUNDS / 2),
          megapixels.getFirst(),
          megapixels.getLast(),
          kilobytes);
    }
  }

  /**
   * All cases are warmed up before any is measured, and measured in turns: what the compiler makes
   * of shared code depends on all that has run, and what else the host does comes and goes.
   */
  public static void main(String[] args) {
    List<Case> cases = new ArrayList<>();
    for (String picture : new String[] {"desktop", "photo"}) {
      cases.add(new Case(picture, "Raw", Encoding.RAW));
      cases.add(new Case(picture, "RRE, rest Hextile", Encoding.RRE, Encoding.HEXTILE));
      cases.add(new Case(picture, "Hextile", Encoding.HEXTILE));
      cases.add(new Case(picture, "Zlib", Encoding.ZLIB));
      cases.add(new Case(picture, "ZRLE", Encoding.ZRLE));
      cases.add(new Case(picture, "Tight", Encoding.TIGHT));
      int level1 = Encoding.COMPRESSION_LEVEL_0 + 1;
      cases.add(new Case(picture, "Tight, level 1", Encoding.TIGHT, level1));
      int quality8 = Encoding.QUALITY_LEVEL_0 + 8;
      cases.add(new Case(picture, "Tight, JPEG quality 8", Encoding.TIGHT, quality8));
    }
    cases.forEach(c -> c.measure(WARM_UP_NANOS));
    for (int round = 0; round < ROUNDS; round++) {
      cases.forEach(c -> c.megapixels.add(c.measure(MEASURED_NANOS)));
    }
    System.out.println(
        "| Picture | Encoding | Mpixel per CPU second | least to most | KB per frame |");
    System.out.println("| --- | --- | --- | --- | --- |");
    cases.forEach(Case::print);
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
