package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.CARRIES;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.FIRST;
import static io.transvisor.bt.region.MethodWriter.FLAGS_CLASS;
import static io.transvisor.bt.region.MethodWriter.RESULT;
import static io.transvisor.bt.region.MethodWriter.ROTATED;
import static io.transvisor.bt.region.MethodWriter.SECOND;

import io.transvisor.bt.interp.Shift;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps track of where the flags are while a region is written: in locals, as what computed them
 * (see {@link LazyFlags}), or in the CPU, settled or in the same lazy way. Where paths join they
 * are in the CPU.
 */
final class FlagWriter {
  /**
   * Where the flags are.
   *
   * @param kind of the operation whose operands are in locals; {@link LazyFlags#KNOWN} if the CPU's
   *     own fields hold the flags; null if the CPU holds them in one way or another
   * @param held the CPU holds them too
   * @param dead nobody will ask for them, and what the CPU holds is out of date
   * @param rotated a rotate has changed CF and OF since; its result tells how
   */
  record State(LazyFlags kind, boolean held, boolean dead, Rotate rotated) {
    State(LazyFlags kind, boolean held, boolean dead) {
      this(kind, held, dead, null);
    }
  }

  /** Rotates of doublewords. */
  enum Rotate {
    LEFT("rolCarries"),
    RIGHT("rorCarries");

    /** The method of {@link Shift} that gives the carries. */
    private final String carries;

    Rotate(String carries) {
      this.carries = carries;
    }
  }

  private static final State KNOWN = new State(LazyFlags.KNOWN, true, false);
  private static final State DEAD = new State(LazyFlags.KNOWN, true, true);
  private static final State JOINED = new State(null, true, false);
  private static final ClassDesc SHIFT_CLASS = ClassDesc.of(Shift.class.getName());
  private static final MethodTypeDesc ROTATED_TYPE =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int);
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
  private static final MethodTypeDesc CARRY_SIGN_TYPE =
      MethodTypeDesc.of(ConstantDescs.CD_int, CPU_CLASS);
  static final MethodTypeDesc SETTLE_HELD_TYPE =
      MethodTypeDesc.of(ConstantDescs.CD_void, CPU_CLASS);

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

  /** The CPU's own fields hold the flags. */
  void setKnown() {
    state = KNOWN;
  }

  /** Operands and result of an operation of this kind are in their locals. */
  void set(LazyFlags kind) {
    state = new State(kind, false, false);
  }

  /**
   * A rotate has left its result in {@link MethodWriter#ROTATED}; of the flags it sets CF and OF.
   */
  void rotate(Rotate direction) {
    if (!state.dead()) {
      state = new State(state.kind(), false, false, direction);
    }
  }

  /** Several paths come together, on all of which {@link #hold} was written. */
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
      state = block.flagsReadIn ? KNOWN : block.flagsLiveIn ? JOINED : DEAD;
    }
  }

  /** Makes the flags what a block expects. */
  void passTo(Block to) {
    if (!to.merges) {
      passed.put(to, state);
    } else if (to.flagsReadIn) {
      makeKnown();
    } else if (to.flagsLiveIn) {
      hold();
    }
  }

  /** The same before a conditional jump there: what locals hold stays known. */
  void passOnTo(Block to) {
    State before = state;
    passTo(to);
    if (!state.held() || state.kind() != before.kind()) {
      state = before;
    }
  }

  /** Whether it takes a call to make the flags what a block expects. */
  boolean hasToSettle(Block to) {
    return to.merges && to.flagsReadIn && !state.equals(KNOWN);
  }

  /** Gives the CPU the flags as what computed them. */
  void hold() {
    if (state.held()) {
      return;
    }
    if (state.rotated() != null) {
      makeKnown();
      return;
    }
    LazyFlags kind = state.kind();
    b.aload(CPU).loadConstant(kind.ordinal());
    b.putfield(CPU_CLASS, "lazyFlags", ConstantDescs.CD_int);
    holdIf(kind.usesFirst, "lazyFirst", FIRST);
    holdIf(kind.usesSecond, "lazySecond", SECOND);
    holdIf(kind.usesResult, "lazyResult", RESULT);
    holdIf(kind.keepsCarry(), "lazyCarries", CARRIES);
    state = new State(kind, true, false);
  }

  private void holdIf(boolean needed, String field, int local) {
    if (needed) {
      b.aload(CPU).iload(local).putfield(CPU_CLASS, field, ConstantDescs.CD_int);
    }
  }

  // ---- the flags themselves ----

  /** Works the flags out into the CPU's fields. */
  void makeKnown() {
    if (state.equals(KNOWN)) {
      return;
    }
    if (state.dead()) {
      b.aload(CPU).iconst_0().putfield(CPU_CLASS, "lazyFlags", ConstantDescs.CD_int);
    } else if (state.kind() == null) {
      b.aload(CPU).invokestatic(FLAGS_CLASS, "settle", SETTLE_HELD_TYPE);
    } else if (state.kind() != LazyFlags.KNOWN) {
      b.aload(CPU);
      pushLocals();
      b.invokestatic(FLAGS_CLASS, "settle", SETTLE_TYPE);
    }
    if (state.rotated() != null) {
      b.aload(CPU);
      pushField("flagCarries");
      b.bipush(8).iand().iload(ROTATED).bipush(32);
      b.invokestatic(SHIFT_CLASS, state.rotated().carries, ROTATED_TYPE)
          .ior()
          .putfield(CPU_CLASS, "flagCarries", ConstantDescs.CD_int);
    }
    state = KNOWN;
  }

  /** Sees to it that the kind is known while the region is written, and is all there is to know. */
  void resolve() {
    boolean vector = state.kind() != null && state.kind() != LazyFlags.WORD;
    if (!vector || state.dead() || state.rotated() != null) {
      makeKnown();
    }
  }

  private void pushLocals() {
    LazyFlags kind = state.kind();
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
    if (kind == null && state.rotated() == null) {
      b.aload(CPU).invokestatic(FLAGS_CLASS, "carrySign", CARRY_SIGN_TYPE).istore(CARRIES);
    } else if (kind == null || !kind.keepsCarry() || state.rotated() != null) {
      pushCarrySign();
      b.istore(CARRIES);
    }
  }

  /** Pushes the vector of carries. */
  void pushCarries() {
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
  void pushResult() {
    resolve();
    if (state.equals(KNOWN)) {
      pushField("flagResult");
    } else {
      pushDerivedResult();
    }
  }

  /** Pushes what SF and PF are read from. */
  void pushSignParity() {
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

  /** Pushes a value that is negative if CF is set, without a call where that is simple. */
  void pushCarrySign() {
    resolve();
    switch (state.kind()) {
      // Shorter operands are zero-extended.
      case CMP8, CMP16 -> b.iload(FIRST).iload(SECOND).isub();
      case CMP32 -> pushBorrow(() -> b.iload(FIRST));
      // A carry is a sum below an operand.
      case ADD32 -> pushBorrow(() -> b.iload(RESULT));
      case SUB32 -> pushBorrow(() -> b.iload(RESULT).iload(SECOND).iadd());
      default -> pushCarries();
    }
  }

  /** Pushes a value that is negative if a minuend is below the second operand. */
  private void pushBorrow(Runnable minuend) {
    minuend.run();
    b.iconst_m1().ixor().iload(SECOND).iand();
    minuend.run();
    b.iload(SECOND).ixor().iconst_m1().ixor();
    minuend.run();
    b.iload(SECOND).isub().iand().ior();
  }

  /** Pushes CF as 0 or 1. */
  void pushCarry() {
    pushCarrySign();
    b.bipush(31).iushr();
  }
}
