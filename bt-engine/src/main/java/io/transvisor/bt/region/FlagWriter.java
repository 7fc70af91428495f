package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CARRIES;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.FLAGS_CLASS;
import static io.transvisor.bt.region.MethodWriter.KIND;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.SECOND;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps track of what the flag locals of a region mean while it is written; see {@link LazyFlags}.
 * Where paths join that left the flags in different ways the way is in {@link MethodWriter#KIND}.
 */
final class FlagWriter {
  /**
   * What the locals mean.
   *
   * @param kind of the operation that set them; null if {@link MethodWriter#KIND} tells
   */
  record State(LazyFlags kind) {}

  private static final State KNOWN = new State(LazyFlags.KNOWN);
  private static final State JOINED = new State(null);
  private static final MethodTypeDesc CARRIES_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final MethodTypeDesc SETTLE_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_void,
          CPU_CLASS,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final ClassDesc CONDITIONS_CLASS = ClassDesc.of(ConditionTests.class.getName());
  private static final MethodTypeDesc TEST_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  private final MethodWriter w;
  private final CodeBuilder b;
  private final Map<Block, State> passed = new HashMap<>();
  private State state = KNOWN;

  FlagWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
  }

  State state() {
    return state;
  }

  void restore(State known) {
    state = known;
  }

  /** The CPU's fields hold the flags. */
  void setKnown() {
    state = KNOWN;
  }

  /** Operands and result of an operation of this kind are in their locals. */
  void set(LazyFlags kind) {
    state = new State(kind);
  }

  /** Where several paths that have told their kind come together. */
  void setJoined() {
    state = JOINED;
  }

  // ---- between blocks ----

  /** Begins a block: what the locals mean follows from the paths that lead to it. */
  void begin(Block block) {
    State single = passed.get(block);
    if (single != null) {
      state = single;
    } else {
      state = block.flagsReadIn || !block.flagsLiveIn ? KNOWN : JOINED;
    }
  }

  /** Makes the flags what a block expects. */
  void passTo(Block to) {
    if (!to.merges) {
      passed.put(to, state);
    } else if (to.flagsReadIn) {
      makeKnown();
    } else if (to.flagsLiveIn) {
      tellKind();
    }
  }

  /** Makes the flags what all of some blocks expect that several paths lead to. */
  void passTo(List<Block> targets) {
    if (targets.stream().anyMatch(t -> t.flagsReadIn)) {
      makeKnown();
    }
    tellKind();
  }

  /**
   * Leaves in {@link MethodWriter#KIND} what the other locals mean. Those that mean nothing become
   * 0, so that what they held need not be kept up to here.
   */
  void tellKind() {
    LazyFlags kind = state.kind();
    if (kind == null) {
      return;
    }
    b.loadConstant(kind.ordinal()).istore(KIND);
    clearUnless(kind.usesFirst, FIRST);
    clearUnless(kind.usesSecond, SECOND);
    clearUnless(kind.usesResult, RESULT);
    clearUnless(kind.keepsCarry(), CARRIES);
    state = JOINED;
  }

  private void clearUnless(boolean needed, int local) {
    if (!needed) {
      b.iconst_0().istore(local);
    }
  }

  // ---- the flags themselves ----

  /** Works the flags out into the CPU's fields. */
  void makeKnown() {
    if (state.equals(KNOWN)) {
      return;
    }
    b.aload(CPU);
    pushLocals();
    b.invokestatic(FLAGS_CLASS, "settle", SETTLE_TYPE);
    state = KNOWN;
  }

  /** Sees to it that the kind is known while the region is written. */
  void resolve() {
    if (state.kind() == null) {
      makeKnown();
    }
  }

  private void pushLocals() {
    LazyFlags kind = state.kind();
    if (kind == null) {
      b.iload(KIND).iload(FIRST).iload(SECOND).iload(RESULT).iload(CARRIES);
      return;
    }
    b.loadConstant(kind.ordinal());
    pushIf(kind.usesFirst, FIRST);
    pushIf(kind.usesSecond, SECOND);
    pushIf(kind.usesResult, RESULT);
    pushIf(kind.keepsCarry(), CARRIES);
  }

  private void pushIf(boolean needed, int local) {
    if (needed) {
      b.iload(local);
    } else {
      b.iconst_0();
    }
  }

  private void pushField(String name) {
    b.aload(CPU).getfield(CPU_CLASS, name, ConstantDescs.CD_int);
  }

  /** Leaves CF in {@link MethodWriter#CARRIES} for an instruction that keeps it. */
  void keepCarry() {
    LazyFlags kind = state.kind();
    if (kind == null || !kind.keepsCarry()) {
      pushCarries();
      b.istore(CARRIES);
    }
  }

  /** Pushes the vector of carries. */
  private void pushCarries() {
    resolve();
    if (state.equals(KNOWN)) {
      pushField("flagCarries");
    } else if (state.kind() == LazyFlags.LOGIC) {
      b.iconst_0();
    } else {
      pushLocals();
      b.invokestatic(FLAGS_CLASS, "carries", CARRIES_TYPE);
    }
  }

  /** Pushes what ZF tells the nullness of. */
  private void pushResult() {
    resolve();
    if (state.equals(KNOWN)) {
      pushField("flagResult");
    } else {
      pushDerivedResult();
    }
  }

  /** Pushes what SF and PF are read from. */
  private void pushSignParity() {
    resolve();
    if (state.equals(KNOWN)) {
      pushField("flagSignParity");
    } else {
      pushDerivedResult();
    }
  }

  private void pushDerivedResult() {
    if (!state.kind().isComparison()) {
      b.iload(RESULT);
      return;
    }
    b.iload(FIRST).iload(SECOND).isub();
    w.signExtend(state.kind().width());
  }

  /** Pushes CF as 0 or 1. */
  void pushCarry() {
    pushCarries();
    b.bipush(31).iushr();
  }

  /** Jumps if ZF is as given. */
  void jumpIfZero(boolean set, Label target) {
    pushResult();
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
    resolve();
    LazyFlags kind = state.kind();
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
          pushCarries();
          jumpIfNegative(!inverted, target);
        }
      }
      case 2 -> jumpIfZero(!inverted, target);
      case 4 -> {
        pushSignParity();
        jumpIfNegative(!inverted, target);
      }
      default -> {
        pushResult();
        pushSignParity();
        pushCarries();
        b.invokestatic(CONDITIONS_CLASS, ConditionTests.NAMES[pair], TEST_TYPE);
        jumpIfNull(inverted, target);
      }
    }
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
    if (state.kind() != LazyFlags.SUB32 || pair != 1 && pair != 3 && pair != 6 && pair != 7) {
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
    int width = state.kind().width();
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
