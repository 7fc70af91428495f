package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.SECOND;

import io.transvisor.core.cpu.CpuState;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * Conditions of Jcc, SETcc, CMOVcc and LOOPcc: where it is known what the flags come from, they are
 * relations of its operands or result.
 */
final class ConditionWriter {
  private static final ClassDesc CONDITIONS_CLASS = ClassDesc.of(ConditionTests.class.getName());
  private static final MethodTypeDesc TEST_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  /** Flags of the conditions that hold if any of some flags is set. */
  private static final int[] WORD_MASKS = {
    CpuState.OF, CpuState.CF, CpuState.ZF, CpuState.CF | CpuState.ZF, CpuState.SF, CpuState.PF
  };

  private final MethodWriter w;
  private final CodeBuilder b;
  private final FlagWriter flags;

  ConditionWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
    flags = writer.flags;
  }

  /** Jumps if ZF is as given. */
  void jumpIfZero(boolean set, Label target) {
    flags.pushResult();
    jumpIfNull(set, target);
  }

  /** Pushes 1 if a condition (0-15) holds, else 0. */
  void pushCondition(int condition) {
    Label yes = b.newLabel();
    Label end = b.newLabel();
    jumpIf(condition, yes);
    b.iconst_0().goto_(end).labelBinding(yes).iconst_1().labelBinding(end);
  }

  /** Jumps if a condition (0-15) holds; the lowest bit of the number inverts it. */
  void jumpIf(int condition, Label target) {
    boolean inverted = (condition & 1) != 0;
    int pair = condition >> 1;
    if (jumpIfInWord(pair, inverted, target)) {
      return;
    }
    flags.resolve();
    LazyFlags kind = flags.state().kind();
    if (kind.isComparison() && jumpIfCompared(pair, inverted, target)
        || kind.isSubtraction() && jumpIfSubtracted(pair, inverted, target)
        || kind == LazyFlags.LOGIC && jumpIfLogic(pair, inverted, target)) {
      return;
    }
    switch (pair) {
      case 1 -> {
        if (kind == LazyFlags.ADD32) {
          // A carry is a sum below an operand.
          pushUnsigned(RESULT, 4);
          pushUnsigned(SECOND, 4);
          compare(pair, inverted, target);
        } else {
          flags.pushCarrySign();
          jumpIfNegative(!inverted, target);
        }
      }
      case 2 -> jumpIfZero(!inverted, target);
      case 4 -> {
        flags.pushSignParity();
        jumpIfNegative(!inverted, target);
      }
      default -> {
        flags.pushResult();
        flags.pushSignParity();
        flags.pushCarries();
        b.invokestatic(CONDITIONS_CLASS, ConditionTests.NAMES[pair], TEST_TYPE);
        jumpIfNull(inverted, target);
      }
    }
  }

  /** The flags stand in a word: those that a condition looks at are taken together. */
  private boolean jumpIfInWord(int pair, boolean inverted, Label target) {
    if (flags.state().kind() != LazyFlags.WORD
        || flags.state().rotated() != null
        || pair >= WORD_MASKS.length) {
      return false;
    }
    b.iload(FIRST).loadConstant(WORD_MASKS[pair]).iand();
    jumpIfNull(inverted, target);
    return true;
  }

  private void jumpIfNull(boolean when, Label target) {
    if (when) {
      b.ifeq(target);
    } else {
      b.ifne(target);
    }
  }

  private void jumpIfNegative(boolean when, Label target) {
    if (when) {
      b.iflt(target);
    } else {
      b.ifge(target);
    }
  }

  /** After AND, OR, XOR, TEST: CF and OF are clear. */
  private boolean jumpIfLogic(int pair, boolean inverted, Label target) {
    switch (pair) {
      case 3 -> {
        b.iload(RESULT);
        jumpIfNull(!inverted, target);
      }
      case 6 -> {
        b.iload(RESULT);
        jumpIfNegative(!inverted, target);
      }
      case 7 -> {
        b.iload(RESULT);
        if (inverted) {
          b.ifgt(target);
        } else {
          b.ifle(target);
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** After SUB of doublewords: CF is whether the first operand, the sum, was below the second. */
  private boolean jumpIfSubtracted(int pair, boolean inverted, Label target) {
    if (flags.state().kind() != LazyFlags.SUB32
        || pair != 1 && pair != 3 && pair != 6 && pair != 7) {
      return false;
    }
    b.iload(RESULT).iload(SECOND).iadd();
    if (pair == 1 || pair == 3) {
      b.loadConstant(Integer.MIN_VALUE).iadd();
      pushUnsigned(SECOND, 4);
    } else {
      b.iload(SECOND);
    }
    compare(pair, inverted, target);
    return true;
  }

  /** After CMP and NEG: the relation of the operands, without any flag. */
  private boolean jumpIfCompared(int pair, boolean inverted, Label target) {
    int width = flags.state().kind().width();
    switch (pair) {
      case 1, 3 -> {
        pushUnsigned(FIRST, width);
        pushUnsigned(SECOND, width);
      }
      case 2 -> b.iload(FIRST).iload(SECOND);
      case 6, 7 -> {
        b.iload(FIRST);
        w.signExtend(width);
        b.iload(SECOND);
        w.signExtend(width);
      }
      default -> {
        return false;
      }
    }
    compare(pair, inverted, target);
    return true;
  }

  private void pushUnsigned(int local, int width) {
    b.iload(local);
    if (width == 4) {
      b.loadConstant(Integer.MIN_VALUE).iadd();
    }
  }

  /** Jumps by the relation of the two values on the stack: below, equal, below or equal. */
  private void compare(int pair, boolean inverted, Label target) {
    switch (pair) {
      case 2 -> {
        if (inverted) {
          b.if_icmpne(target);
        } else {
          b.if_icmpeq(target);
        }
      }
      case 1, 6 -> {
        if (inverted) {
          b.if_icmpge(target);
        } else {
          b.if_icmplt(target);
        }
      }
      default -> {
        if (inverted) {
          b.if_icmpgt(target);
        } else {
          b.if_icmple(target);
        }
      }
    }
  }
}
