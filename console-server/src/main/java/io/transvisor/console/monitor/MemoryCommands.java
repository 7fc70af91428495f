package io.transvisor.console.monitor;

import io.transvisor.bt.disasm.Disassembler;
import io.transvisor.bt.disasm.Syntax;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.console.control.GuestView;
import io.transvisor.core.cpu.CpuState;
import java.util.Arrays;
import java.util.List;

/** {@code x}, {@code xp} and {@code print}: looks at memory and registers. */
final class MemoryCommands {
  private static final int MAX_INSTRUCTION = 15;

  private final CommandTable table;
  private DumpFormat last = DumpFormat.INITIAL;

  private MemoryCommands(CommandTable table) {
    this.table = table;
  }

  static void define(CommandTable t) {
    MemoryCommands commands = new MemoryCommands(t);
    t.add(
        "x",
        "/FMT ADDR",
        "guest memory by linear address: /4xw, /10i, /8c",
        1,
        99,
        a -> commands.dump(a, false));
    t.add(
        "xp", "/FMT ADDR", "guest memory by physical address", 1, 99, a -> commands.dump(a, true));
    t.add(
        "print", "/FMT EXPR", "the value of an expression: $eip+4, 0x10*3", 1, 99, commands::print);
    t.alias("p", "print");
  }

  /** The expression among the arguments; the format is taken note of. */
  private String expression(List<String> arguments) {
    List<String> rest = arguments;
    String format = "";
    if (arguments.getFirst().startsWith("/")) {
      format = arguments.getFirst().substring(1);
      rest = arguments.subList(1, arguments.size());
    }
    DumpFormat parsed = DumpFormat.parse(format, last);
    last = parsed;
    return String.join(" ", rest);
  }

  private String print(List<String> arguments) {
    String expression = expression(arguments);
    DumpFormat format = last;
    return table.inspect(view -> format.single(Expression.evaluate(expression, view.cpu())));
  }

  private String dump(List<String> arguments, boolean physical) {
    String expression = expression(arguments);
    DumpFormat format = last;
    return table.inspect(view -> {
      int address = (int) Expression.evaluate(expression, view.cpu());
      return format.format() == 'i'
          ? instructions(view, address, format.count(), physical)
          : values(view, address, format, physical);
    });
  }

  private static byte[] read(GuestView view, int address, int length, boolean physical) {
    return physical ? view.readPhysical(address, length) : view.readLinear(address, length);
  }

  private static String values(GuestView view, int from, DumpFormat f, boolean physical) {
    StringBuilder text = new StringBuilder();
    int perLine = (f.size() == 1 ? 8 : 16) / f.size();
    int address = from;
    for (int done = 0; done < f.count(); done += perLine) {
      int values = Math.min(perLine, f.count() - done);
      byte[] bytes = read(view, address, values * f.size(), physical);
      text.append((physical ? "%016x:" : "%08x:").formatted(address));
      if (bytes.length < values * f.size()) {
        return text.append(" Cannot access memory").toString();
      }
      for (int i = 0; i < values; i++) {
        long value = 0;
        for (int b = f.size() - 1; b >= 0; b--) {
          value = value << 8 | bytes[i * f.size() + b] & 0xFF;
        }
        text.append(' ').append(f.cell(value));
      }
      text.append('\n');
      address += values * f.size();
    }
    return text.toString().stripTrailing();
  }

  private static String instructions(GuestView view, int from, int count, boolean physical) {
    Cpu cpu = view.cpu();
    Disassembler disassembler = new Disassembler(InstructionSet.TABLE, cpu.model, Syntax.ATT);
    StringBuilder text = new StringBuilder();
    int address = from;
    for (int i = 0; i < count; i++) {
      byte[] bytes = read(view, address, MAX_INSTRUCTION, physical);
      if (bytes.length == 0) {
        return text.append("0x%08x: Cannot access memory".formatted(address)).toString();
      }
      int offset = physical ? address : address - cpu.segBase[CpuState.CS];
      Disassembler.Line line =
          disassembler.disassemble(bytes, 0, bytes.length, cpu.isCode32(), offset);
      StringBuilder hex = new StringBuilder();
      for (byte b : Arrays.copyOf(bytes, line.length())) {
        hex.append("%02x ".formatted(b));
      }
      text.append("0x%08x:  %-24s %s\n".formatted(address, hex, line.text()));
      address += line.length();
    }
    return text.toString().stripTrailing();
  }
}
