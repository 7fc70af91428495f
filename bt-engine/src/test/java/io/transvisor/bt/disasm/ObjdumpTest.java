package io.transvisor.bt.disasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.core.cpu.CpuModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every instruction of whole 32-bit programs reads as objdump prints it. The programs are the
 * host's 32-bit C library, or those of the system property {@code disasm.files}, separated by
 * colons.
 */
class ObjdumpTest {
  private static final List<String> LIBRARIES =
      List.of("/usr/lib32/libc.so.6", "/usr/lib/i386-linux-gnu/libc.so.6");

  private static final Pattern LINE = Pattern.compile("\\s*([0-9a-f]+):\t([0-9a-f ]+)\t(.+)");

  /** Instructions that no processor before 2004 has: prefixes and no-operations on those. */
  private static final Pattern YOUNGER =
      Pattern.compile(
          "(tzcnt|lzcnt|endbr32|notrack|bnd|bndldx|bndstx|ud1|xbegin|xend|xabort)\\b.*");

  /** Instruction sets that we do not have. */
  private static final Pattern UNKNOWN =
      Pattern.compile(
          "(\\(bad\\)|p(alignr|cmpistri|shufb|test|ins|ext|clmul|dep)|aes|sha|v|x|rd|wr|f3|fistt|inv|"
              + "monitor|mwait|serialize|stgi|tpause|andn|rorx|addr16|repz|popcnt|movbe|crc32).*");

  private static final List<Integer> SEGMENT_PREFIXES = List.of(0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65);

  private static List<String> files() {
    String given = System.getProperty("disasm.files");
    List<String> candidates = given == null ? LIBRARIES : List.of(given.split(":"));
    return candidates.stream().filter(f -> Files.isReadable(Path.of(f))).toList();
  }

  @ParameterizedTest
  @EnumSource
  void agrees(Syntax syntax) throws IOException, InterruptedException {
    assumeTrue(!files().isEmpty(), "no 32-bit C library (package libc6-i386)");
    Disassembler disassembler =
        new Disassembler(InstructionSet.TABLE, CpuModel.parse("pentium4"), syntax);
    List<String> differences = new ArrayList<>();
    int lines = 0;
    for (String file : files()) {
      for (Matcher m : objdump(syntax, file)) {
        lines++;
        check(disassembler, m, differences);
      }
    }
    assumeTrue(lines > 0, "objdump is not installed (package binutils)");
    assertThat(differences.stream().limit(20)).isEmpty();
    assertThat(lines).isGreaterThan(100_000);
  }

  private static void check(Disassembler d, Matcher m, List<String> differences) {
    byte[] bytes = HexFormat.of().parseHex(m.group(2).replace(" ", ""));
    String expected = normalised(m.group(3));
    Disassembler.Line line =
        d.disassemble(bytes, 0, bytes.length, true, Integer.parseUnsignedInt(m.group(1), 16));
    String actual = normalised(line.text());
    boolean same =
        line.isBad()
            ? UNKNOWN.matcher(expected).matches()
            : actual.equals(expected) && line.length() == bytes.length;
    if (!same && !YOUNGER.matcher(expected).matches() && !isPrefixed(bytes, expected)) {
      differences.add(m.group(2).strip() + ": " + actual + ", objdump: " + expected);
    }
  }

  /** Prefixes without effect, which objdump names; and the wait that it joins to what follows. */
  private static boolean isPrefixed(byte[] bytes, String expected) {
    int first = bytes[0] & 0xFF;
    return SEGMENT_PREFIXES.contains(first)
        || first == 0x9B && expected.startsWith("f")
        || expected.matches("(data16|repn?z) .*");
  }

  /** Without symbols, columns, displacements of zero, and the index register that is none. */
  private static String normalised(String text) {
    return text.replaceAll("<[^>]*>", "")
        .replaceAll("\\s+", " ")
        .strip()
        .replaceAll(",%eiz,\\d|\\+eiz\\*\\d", "")
        .replaceAll("(?<![0-9a-fx])0x0\\(%", "(%")
        .replaceAll("\\+0x0\\]", "]")
        .replaceAll("^((?:j\\w+|call|loop\\w*)(?:,p[nt])?) ([0-9a-f]+)$", "$1 0x$2");
  }

  private static List<Matcher> objdump(Syntax syntax, String file)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("objdump", "-d", "-w", "-j", ".text"));
    if (syntax == Syntax.INTEL) {
      command.addAll(List.of("-M", "intel"));
    }
    command.add(file);
    List<Matcher> lines = new ArrayList<>();
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      return lines;
    }
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Matcher m = LINE.matcher(line);
        if (m.matches()) {
          lines.add(m);
        }
      }
    }
    process.waitFor();
    return lines;
  }
}
