package io.transvisor.bt.disasm;

import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.isa.FormTable;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Writes instructions as text. Prints what the decoder understands and nothing else: what is no
 * instruction of the model is {@code (bad)}. Displacements of zero and prefixes without effect are
 * not shown. Not thread-safe.
 */
public final class Disassembler {
  private static final Set<String> REPEATED = Set.of("movs", "stos", "lods", "ins", "outs");
  private static final int MNEMONIC_WIDTH = 7;

  /**
   * An instruction as text.
   *
   * @param length bytes; 1 for {@link #isBad}
   */
  public record Line(String text, int length, boolean isBad) {}

  private final Decoder decoder;
  private final Format format;

  /**
   * @param model the processor whose instructions are known
   */
  public Disassembler(FormTable table, CpuModel model, Syntax syntax) {
    decoder = new Decoder(table, model);
    format = syntax.format();
  }

  /**
   * The instruction at {@code bytes[from]}.
   *
   * @param limit first index that may not be read
   * @param code32 default operand and address size is 32 bits
   * @param eip offset of the instruction in its code segment
   */
  public Line disassemble(byte[] bytes, int from, int limit, boolean code32, int eip) {
    Insn insn = decoder.decode(bytes, from, limit, code32, 0);
    if (insn == null || insn.form == null) {
      return new Line("(bad)", 1, true);
    }
    Parts parts = new Parts(insn, eip + insn.length());
    List<String> words = prefixes(insn);
    words.add(format.mnemonic(parts));
    String name = String.join(" ", words);
    String operands = format.operands(parts);
    String text =
        operands.isEmpty()
            ? name
            : name + " ".repeat(Math.max(1, MNEMONIC_WIDTH - name.length())) + operands;
    return new Line(text, insn.length(), false);
  }

  private static List<String> prefixes(Insn insn) {
    List<String> words = new ArrayList<>();
    if (insn.lock) {
      words.add("lock");
    }
    boolean mandatory = insn.form.encoding().matches("F[23] .*");
    if (insn.rep != 0 && !mandatory) {
      boolean plain = REPEATED.contains(insn.form.mnemonic()) && insn.rep == 0xF3;
      words.add(plain ? "rep" : insn.rep == 0xF3 ? "repz" : "repnz");
    }
    return words;
  }
}
