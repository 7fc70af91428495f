package io.transvisor.console.gdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.console.control.Installation;
import io.transvisor.console.machine.RunningMachine;
import io.transvisor.console.monitor.MonitorCommands;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every packet, sent by a client of our own. */
@Timeout(60)
class GdbPacketTest {
  private static final int CODE = RunningMachine.CODE;

  /** inc dword [100200h]; inc eax; mov ebx, [100204h]; jmp to the start. */
  private static final String LOOP = "FF 05 00 02 10 00 40 8B 1D 04 02 10 00 EB F1";

  private final RunningMachine machine =
      new RunningMachine("translate", RunningMachine.kernel(LOOP));
  private final GdbServer server = serve(machine);
  private final PacketClient gdb = connect();

  static GdbServer serve(RunningMachine machine) {
    return new GdbServer(
        "tcp::0",
        machine.operator(),
        () ->
            new MonitorCommands(
                machine.operator(),
                machine.input(),
                new Installation("guest", 8 << 20, List.of(), Optional::empty, Optional.empty())));
  }

  private PacketClient connect() {
    try {
      return new PacketClient((InetSocketAddress) server.localAddress());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @AfterEach
  void end() throws IOException, InterruptedException {
    gdb.close();
    server.close();
    machine.close();
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String word(int value) {
    return "%08x".formatted(Integer.reverseBytes(value));
  }

  private int eip() throws IOException {
    return Integer.reverseBytes(Integer.parseUnsignedInt(gdb.ask("p8"), 16));
  }

  private int counter() throws IOException {
    return Integer.reverseBytes(Integer.parseUnsignedInt(gdb.ask("m100200,4"), 16));
  }

  @Test
  void introducesItself() throws IOException {
    assertThat(gdb.ask("qSupported:multiprocess+;xmlRegisters=i386"))
        .contains("qXfer:features:read+", "QStartNoAckMode+", "swbreak+", "vContSupported+");
    assertThat(gdb.ask("?")).isEqualTo("T05thread:01;");
    assertThat(gdb.ask("qAttached")).isEqualTo("1");
    assertThat(gdb.ask("qC")).isEqualTo("QC01");
    assertThat(gdb.ask("qfThreadInfo")).isEqualTo("m01");
    assertThat(gdb.ask("qsThreadInfo")).isEqualTo("l");
    assertThat(gdb.ask("qThreadExtraInfo,1")).isEqualTo(hex("CPU#0"));
    assertThat(gdb.ask("Hg1")).isEqualTo("OK");
    assertThat(gdb.ask("T1")).isEqualTo("OK");
    assertThat(gdb.ask("vCont?")).isEqualTo("vCont;c;C;s;S");
  }

  @Test
  void describesItsRegisters() throws IOException {
    StringBuilder xml = new StringBuilder();
    String piece;
    do {
      piece = gdb.ask("qXfer:features:read:target.xml:%x,100".formatted(xml.length()));
      xml.append(piece.substring(1));
    } while (piece.startsWith("m"));
    assertThat(piece).startsWith("l");
    assertThat(xml.toString())
        .contains("<architecture>i386</architecture>")
        .contains("<reg name=\"eip\" bitsize=\"32\" type=\"code_ptr\"/>")
        .contains("<reg name=\"st7\" bitsize=\"80\" type=\"i387_ext\"/>")
        .contains("<reg name=\"xmm7\" bitsize=\"128\" type=\"vec128\"/>")
        .contains("<reg name=\"cr3\" bitsize=\"32\" type=\"int32\" group=\"system\"/>")
        .endsWith("</target>\n");
    assertThat(gdb.ask("qXfer:features:read:target.xml:ffff,100".replace("ffff", "3fff")))
        .isEqualTo("l");
    assertThat(gdb.ask("qXfer:features:read:other.xml:0,100")).isEqualTo("E02");
    assertThat(gdb.ask("qXfer:memory-map:read::0,100")).isEmpty();
  }

  @Test
  void registersAreReadAndWritten() throws IOException {
    assertThat(eip()).isEqualTo(CODE);
    String all = gdb.ask("g");
    // 16 words, 8 of ten bytes, 8 words, 8 of sixteen bytes, a word, and eight more.
    assertThat(all).hasSize(2 * (16 * 4 + 8 * 10 + 8 * 4 + 8 * 16 + 4 + 8 * 4));
    assertThat(gdb.ask("P0=" + word(0x12345678))).isEqualTo("OK");
    assertThat(gdb.ask("p0")).isEqualTo("78563412");
    assertThat(gdb.ask("G" + all)).isEqualTo("OK");
    assertThat(gdb.ask("g")).isEqualTo(all);
    assertThat(gdb.ask("P10=00000000000000c0ff3f")).as("st0 = 1.5").isEqualTo("OK");
    assertThat(gdb.ask("p10")).isEqualTo("00000000000000c0ff3f");
    assertThat(gdb.ask("P20=000102030405060708090a0b0c0d0e0f")).as("xmm0").isEqualTo("OK");
    assertThat(gdb.ask("p20")).isEqualTo("000102030405060708090a0b0c0d0e0f");
    assertThat(gdb.ask("P9=" + word(0x246))).as("flags").isEqualTo("OK");
    assertThat(gdb.ask("p9")).isEqualTo(word(0x246));
    String ds = gdb.ask("pc");
    assertThat(gdb.ask("Pc=" + word(0xFFF8))).as("a selector beyond the table").isEqualTo("OK");
    assertThat(gdb.ask("pc")).isEqualTo(ds);
  }

  @Test
  void memoryIsReadAndWritten() throws IOException {
    assertThat(gdb.ask("m%x,6".formatted(CODE))).isEqualTo("ff0500021000");
    assertThat(gdb.ask("M100300,4:01020304")).isEqualTo("OK");
    assertThat(gdb.ask("X100302,3:}\u0003}\u0004\u0005")).isEqualTo("OK");
    assertThat(gdb.ask("m100300,6")).isEqualTo("010223240500");
    assertThat(gdb.ask("X100300,0:")).as("a probe").isEqualTo("OK");
    assertThat(gdb.ask("mfff00000,4")).as("nothing is there").isEqualTo("ffffffff");
    assertThat(gdb.ask("m100300,0")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void breakpoints(int type) throws IOException {
    String place = "%d,%x,1".formatted(type, CODE + 6);
    String stop = "T05thread:01;" + (type == 0 ? "swbreak:;" : "hwbreak:;");
    assertThat(gdb.ask("Z" + place)).isEqualTo("OK");
    for (int n = 1; n <= 3; n++) {
      assertThat(gdb.ask("c")).isEqualTo(stop);
      assertThat(eip()).isEqualTo(CODE + 6);
      assertThat(counter()).isEqualTo(n);
      assertThat(gdb.ask("vCont;s:1;c")).isEqualTo("T05thread:01;");
      assertThat(eip()).isEqualTo(CODE + 7);
    }
    assertThat(gdb.ask("m%x,6".formatted(CODE))).as("memory is the guest's").startsWith("ff05");
    assertThat(gdb.ask("z" + place)).isEqualTo("OK");
    gdb.send("vCont;c");
    gdb.raw("\u0003");
    assertThat(gdb.receive()).isEqualTo("T02thread:01;");
    assertThat(gdb.ask("?")).isEqualTo("T02thread:01;");
  }

  @Test
  void watchpoints() throws IOException {
    assertThat(gdb.ask("Z2,100200,4")).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("T05thread:01;watch:100200;");
    assertThat(eip()).isEqualTo(CODE + 6);
    assertThat(gdb.ask("z2,100200,4")).isEqualTo("OK");
    assertThat(gdb.ask("Z3,100204,2")).isEqualTo("OK");
    assertThat(gdb.ask("C05")).isEqualTo("T05thread:01;rwatch:100204;");
    assertThat(eip()).isEqualTo(CODE + 13);
    assertThat(gdb.ask("z3,100204,2")).isEqualTo("OK");
    assertThat(gdb.ask("Z4,100203,1")).isEqualTo("OK");
    assertThat(gdb.ask("c")).isEqualTo("T05thread:01;awatch:100203;");
    assertThat(eip()).isEqualTo(CODE + 6);
    assertThat(gdb.ask("Z5,0,1")).isEmpty();
    assertThat(gdb.ask("Z2,0,0")).isEqualTo("E16");
  }

  @Test
  void stepsAndResumesElsewhere() throws IOException {
    assertThat(gdb.ask("s")).isEqualTo("T05thread:01;");
    assertThat(eip()).isEqualTo(CODE + 6);
    assertThat(gdb.ask("s%x".formatted(CODE + 13))).isEqualTo("T05thread:01;");
    assertThat(eip()).isEqualTo(CODE);
    assertThat(gdb.ask("S05;%x".formatted(CODE + 6))).isEqualTo("T05thread:01;");
    assertThat(eip()).isEqualTo(CODE + 7);
    assertThat(gdb.ask("vCont;S05:1")).isEqualTo("T05thread:01;");
  }

  @Test
  void theMonitorPassesThrough() throws IOException {
    assertThat(gdb.ask("qRcmd," + hex("info status"))).isEqualTo("O" + hex("VM status: paused\n"));
    assertThat(gdb.receive()).isEqualTo("OK");
    assertThat(gdb.ask("qRcmd," + hex("frobnicate"))).startsWith("O");
    assertThat(gdb.receive()).isEqualTo("OK");
    assertThat(gdb.ask("qRcmd," + hex("mouse_move 1 1"))).isEqualTo("OK");
  }

  @Test
  void withoutAcknowledgements() throws IOException {
    assertThat(gdb.ask("QStartNoAckMode")).isEqualTo("OK");
    assertThat(gdb.ask("qC")).isEqualTo("QC01");
    gdb.raw("$qC#zz");
    assertThat(gdb.receive()).as("checksums do not count").isEqualTo("QC01");
  }

  @Test
  void damagedPacketsAreAskedForAgain() throws IOException {
    gdb.raw("$qC#00");
    gdb.expect('-');
    assertThat(gdb.ask("qC")).isEqualTo("QC01");
    gdb.raw("-");
    assertThat(gdb.receive()).as("sent again").isEqualTo("QC01");
    gdb.raw("noise+$cut sho$qC#b4");
    gdb.expect('+');
    assertThat(gdb.receive()).isEqualTo("QC01");
    gdb.raw("$" + "x".repeat(40_000) + "#00");
    gdb.expect('+');
    assertThat(gdb.receive()).isEqualTo("E16");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "m",
        "m100000",
        "m100000,",
        "m,4",
        "mzz,4",
        "m123456789,4",
        "m100000,4,",
        "m0,ffffffff",
        "M100000,4:0102",
        "M100000,1:zz",
        "M100000,1",
        "M100000,2:010",
        "X100000,4:a",
        "p",
        "pfff",
        "pffffffff",
        "p0,",
        "P0",
        "P0=",
        "P0=0102",
        "P0=zz000000",
        "Pfff=00000000",
        "G",
        "G00",
        "Gzz",
        "Z",
        "Z0",
        "Z0,",
        "Z0,100000",
        "Z2,100000,0",
        "cxyz",
        "s12345678901",
        "vCont;",
        "vCont;x",
        "qRcmd,zz",
        "qRcmd",
        "qXfer:features:read:target.xml:0",
        "S05;"
      })
  void whatIsMalformedIsRefused(String packet) throws IOException {
    // An empty answer is "not known", E an error; neither changes anything.
    if (packet.equals("S05;")) {
      assertThat(gdb.ask(packet)).isEqualTo("T05thread:01;");
    } else {
      assertThat(gdb.ask(packet)).matches("|E[0-9a-f]{2}");
      assertThat(eip()).isEqualTo(CODE);
    }
    assertThat(gdb.ask("qC")).isEqualTo("QC01");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "vMustReplyEmpty",
        "qTStatus",
        "qSymbol::",
        "qOffsets",
        "!",
        "R00",
        "QNonStop:1",
        "vFile:setfs:0",
        "",
        "jThreadsInfo",
        "A",
        "vAttach;1"
      })
  void whatIsNotKnownIsAnsweredEmpty(String packet) throws IOException {
    assertThat(gdb.ask(packet)).isEmpty();
  }

  @Test
  void onlyOneDebuggerAtATime() throws IOException {
    gdb.ask("qC");
    try (PacketClient second = connect()) {
      assertThat(second.isClosed()).isTrue();
    }
  }

  @Test
  void detachingLetsTheGuestRunOn() throws Exception {
    assertThat(gdb.ask("Z0,%x,1".formatted(CODE))).isEqualTo("OK");
    assertThat(gdb.ask("D")).isEqualTo("OK");
    assertThat(gdb.isClosed()).isTrue();
    long before = instructions();
    assertThat(machine.operator().status().get().paused()).isFalse();
    while (instructions() < before + 100_000) {
      Thread.onSpinWait();
    }
  }

  private long instructions() throws Exception {
    return machine.operator().inspect(view -> view.cpu().instructions).get();
  }

  @Test
  void aConnectionThatBreaksTakesItsBreakpointsWithIt() throws Exception {
    assertThat(gdb.ask("Z0,%x,1".formatted(CODE))).isEqualTo("OK");
    gdb.close();
    assertThat(machine.operator().status().get().paused()).isTrue();
    PacketClient next = null;
    while (next == null) {
      PacketClient candidate = connect();
      candidate.raw("$qC#b4");
      if (candidate.isClosed()) {
        candidate.close();
      } else {
        next = candidate;
      }
    }
    next.close();
  }

  @ParameterizedTest
  @CsvSource({"k, false", "vKill;1, true"})
  void killEndsTheMachine(String packet, boolean answered) throws Exception {
    gdb.send(packet);
    if (answered) {
      assertThat(gdb.receive()).isEqualTo("OK");
    }
    assertThat(machine.awaitExit()).isZero();
  }

  @Test
  void theEndOfAStoppedMachineIsReportedWhenItShallGoOn() throws Exception {
    // An answer: the stub listens to the machine by now.
    assertThat(gdb.ask("?")).startsWith("T");
    machine.operator().powerOff();
    assertThat(machine.awaitExit()).isZero();
    gdb.send("c");
    assertThat(gdb.receive()).isEqualTo("W00");
  }

  @Test
  void theEndOfTheMachineIsReported() throws Exception {
    // An answer: the stub listens to the machine by now.
    assertThat(gdb.ask("?")).startsWith("T");
    gdb.send("c");
    machine.operator().powerOff();
    assertThat(gdb.receive()).isEqualTo("W00");
  }
}
