package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CARRIES;
import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.FLAGS_CLASS;
import static io.transvisor.bt.region.MethodWriter.KIND;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.SECOND;
import static io.transvisor.bt.region.MethodWriter.SIGN_PARITY;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps track of what the flag locals of a region mean while it is written. After an addition, say,
 * they hold its operands and result; carries are computed only where somebody needs them. Where
 * paths join that left the flags in different ways the way is in {@link MethodWriter#KIND}.
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
  private static final ClassDesc CONDITIONS_CLASS =
      ClassDesc.of(ConditionTests.class.getName());
  private static final MethodTypeDesc TEST_TYPE =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  private final CodeBuilder b;
  private final Map<Block, State> passed = new HashMap<>();
  private State state = KNOWN;

  FlagWriter(MethodWriter writer) {
    b = writer.b;
  }

  State state() {
    return state;
  }

  void restore(State known) {
    state = known;
  }

  /** All three parts are in their locals. */
  void setKnown() {
    state = KNOWN;
  }

  /** Operands and result of an operation of this kind are in their locals. */
  void set(LazyFlags kind) {
    state = new State(kind);
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

  private void tellKind() {
    if (state.kind() != null) {
      b.loadConstant(state.kind().ordinal()).istore(KIND);
      if (!state.equals(KNOWN)) {
        state = JOINED;
      }
    }
  }

  // ---- the parts ----

  /** Computes the parts that are not at hand. */
  void makeKnown() {
    if (state.equals(KNOWN)) {
      return;
    }
    pushSignParity();
    b.istore(SIGN_PARITY);
    pushCarries();
    b.istore(CARRIES);
    state = KNOWN;
  }

  /** Makes the carries known for an instruction that keeps CF; the state is not changed. */
  void makeCarriesKnown() {
    if (!state.equals(KNOWN)) {
      pushCarries();
      b.istore(CARRIES);
    }
  }

  /** Pushes the value that SF and PF derive from. */
  private void pushSignParity() {
    if (state.equals(KNOWN)) {
      b.iload(SIGN_PARITY);
    } else if (state.kind() == null) {
      b.iload(KIND)
          .iload(SIGN_PARITY)
          .iload(RESULT)
          .invokestatic(
              FLAGS_CLASS,
              "signParity",
              MethodTypeDesc.of(
                  ConstantDescs.CD_int,
                  ConstantDescs.CD_int,
                  ConstantDescs.CD_int,
                  ConstantDescs.CD_int));
    } else {
      b.iload(RESULT);
    }
  }

  /** Pushes the vector of carries. */
  private void pushCarries() {
    if (state.equals(KNOWN)) {
      b.iload(CARRIES);
    } else if (state.kind() == LazyFlags.LOGIC) {
      b.iconst_0();
    } else {
      if (state.kind() == null) {
        b.iload(KIND);
      } else {
        b.loadConstant(state.kind().ordinal());
      }
      b.iload(FIRST)
          .iload(SECOND)
          .iload(RESULT)
          .iload(CARRIES)
          .invokestatic(FLAGS_CLASS, "carries", CARRIES_TYPE);
    }
  }

  /** Pushes CF as 0 or 1. */
  void pushCarry() {
    if (state.kind() == LazyFlags.LOGIC) {
      b.iconst_0();
    } else {
      pushCarries();
      b.bipush(31).iushr();
    }
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
    LazyFlags kind = state.kind();
    if (kind != null
        && kind.isSubtraction()
        && jumpIfCompared(condition >> 1, inverted, target)) {
      return;
    }
    switch (condition >> 1) {
      case 2 -> {
        b.iload(RESULT);
        jumpIfZero(!inverted, target);
      }
      case 4 -> {
        pushSignParity();
        jumpIfNegative(!inverted, target);
      }
      case 1 -> {
        pushCarries();
        jumpIfNegative(!inverted, target);
      }
      default -> {
        if (state.kind() == LazyFlags.LOGIC && jumpIfLogic(condition >> 1, inverted, target)) {
          return;
        }
        test(condition >> 1);
        jumpIfZero(inverted, target);
      }
    }
  }

  /** Pushes whether a condition holds by the parts of the flags, without changing the state. */
  private void test(int pair) {
    b.iload(RESULT);
    pushSignParity();
    pushCarries();
    b.invokestatic(CONDITIONS_CLASS, ConditionTests.NAMES[pair], TEST_TYPE);
  }

  private void jumpIfZero(boolean when, Label target) {
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
    b.iload(RESULT);
    switch (pair) {
      case 3 -> jumpIfZero(!inverted, target);
      case 6 -> jumpIfNegative(!inverted, target);
      case 7 -> {
        if (inverted) {
          b.ifgt(target);
        } else {
          b.ifle(target);
        }
      }
      default -> {
        b.pop();
        return false;
      }
    }
    return true;
  }

  /** After CMP, SUB, NEG: the relation of the operands, without any flag. */
  private boolean jumpIfCompared(int pair, boolean inverted, Label target) {
    int width = state.kind().width();
    switch (pair) {
      case 1, 3 -> pushUnsigned(width);
      case 2 -> b.iload(FIRST).iload(SECOND);
      case 6, 7 -> pushSigned(width);
      default -> {
        return false;
      }
    }
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
    return true;
  }

  private void pushUnsigned(int width) {
    if (width < 4) {
      b.iload(FIRST).iload(SECOND);
    } else {
      b.iload(FIRST).loadConstant(Integer.MIN_VALUE).iadd();
      b.iload(SECOND).loadConstant(Integer.MIN_VALUE).iadd();
    }
  }

  private void pushSigned(int width) {
    for (int local : new int[] {FIRST, SECOND}) {
      b.iload(local);
      if (width == 1) {
        b.i2b();
      } else if (width == 2) {
        b.i2s();
      }
    }
  }
}
