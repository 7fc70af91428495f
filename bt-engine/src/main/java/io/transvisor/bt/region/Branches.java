package io.transvisor.bt.region;

import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Block.End;
import java.util.Set;

/** What instructions do to the flow of control. */
final class Branches {
  /** Far transfers, software interrupts, HLT: they go elsewhere as the CPU's state says. */
  private static final Set<String> LEAVE =
      Set.of(
          "EA ap", "9A ap", "FF /5:m", "FF /3:m", "CA iw", "CB", "CF", "CC", "CD ib", "CE", "F1",
          "F4", "0F 34", "0F 35");

  private Branches() {}

  static End endOf(Insn i) {
    if (i.form == null) {
      return End.LEAVE;
    }
    if (!i.form.endsTrace()) {
      return End.FALL_THROUGH;
    }
    String encoding = i.form.encoding();
    return switch (encoding) {
      case "EB cb", "E9 cv" -> End.JUMP;
      case "E8 cv" -> End.CALL;
      case "C3", "C2 iw", "FF /2", "FF /4" -> End.INDIRECT;
      default -> {
        if (LEAVE.contains(encoding)) {
          yield End.LEAVE;
        }
        yield encoding.endsWith(" cb") || encoding.endsWith(" cv") ? End.BRANCH : End.CALLOUT;
      }
    };
  }

  /** Offset of the target of a direct branch from the region's base. */
  static int target(Insn i) {
    return i.next + i.imm;
  }

  static boolean isReturn(Insn i) {
    return i.form.mnemonic().equals("ret");
  }

  static boolean isCall(Insn i) {
    return i.form.mnemonic().equals("call");
  }
}
