package io.transvisor.console.rfb;

import io.transvisor.console.rfb.client.RfbTestClient;
import io.transvisor.console.rfb.encode.Encoding;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * VNC servers that show the same picture, side by side: full, non-incremental frames over a
 * connection on this host, and processor time of the whole server. Arguments are {@code
 * NAME:PORT:PID} for each server; without a password. Their turns alternate, so that what else the
 * host does meets all of them. Linux only. Prints a table.
 */
public final class ServerBenchmark {
  private static final int ROUNDS = 3;

  /** Frames until HotSpot has compiled what serves them. */
  private static final int WARM_UP_FRAMES = 60;

  private static final double MEASURED_CPU_SECONDS = 0.5;

  /** Fields of {@code /proc/PID/stat} after the name, and their unit (proc(5)). */
  private static final int USER_TIME = 11;

  private static final int SYSTEM_TIME = 12;
  private static final double TICKS_PER_SECOND = 100;

  private record Server(String name, int port, long pid) {
    static Server of(String argument) {
      String[] parts = argument.split(":");
      return new Server(parts[0], Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    }

    double cpuSeconds() throws IOException {
      String stat = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]))
          / TICKS_PER_SECOND;
    }
  }

  private record Case(String name, int... encodings) {}

  private static final List<Case> CASES =
      List.of(
          new Case("ZRLE", Encoding.ZRLE),
          new Case("Tight", Encoding.TIGHT),
          new Case("Tight, level 1", Encoding.TIGHT, Encoding.COMPRESSION_LEVEL_0 + 1),
          new Case("Tight, JPEG quality 8", Encoding.TIGHT, Encoding.QUALITY_LEVEL_0 + 8));

  private ServerBenchmark() {}

  public static void main(String[] args) throws IOException {
    List<Server> servers = new ArrayList<>();
    StringBuilder head = new StringBuilder("| Encoding |");
    for (String argument : args) {
      servers.add(Server.of(argument));
      head.append(" %s, Mpixel per CPU second |".formatted(servers.getLast().name()));
    }
    System.out.println(head + "\n" + head.toString().replaceAll("[^|]+", " --- "));
    for (Case c : CASES) {
      double[] pixels = new double[servers.size()];
      double[] seconds = new double[servers.size()];
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < servers.size(); i++) {
          measure(servers.get(i), c, i, pixels, seconds);
        }
      }
      StringBuilder row = new StringBuilder("| %s |".formatted(c.name()));
      for (int i = 0; i < servers.size(); i++) {
        row.append(" %.0f |".formatted(pixels[i] / seconds[i] / 1e6));
      }
      System.out.println(row);
    }
  }

  private static void measure(Server server, Case c, int index, double[] pixels, double[] seconds)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
    try (RfbTestClient client = RfbTestClient.connect(address, null, true)) {
      client.setEncodings(c.encodings());
      for (int i = 0; i < WARM_UP_FRAMES; i++) {
        frame(client);
      }
      double start = server.cpuSeconds();
      double now = start;
      while (now - start < MEASURED_CPU_SECONDS) {
        frame(client);
        pixels[index] += client.width() * client.height();
        now = server.cpuSeconds();
      }
      seconds[index] += now - start;
    }
  }

  private static void frame(RfbTestClient client) throws IOException {
    client.request(false);
    client.readUpdate();
  }
}
