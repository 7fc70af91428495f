package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.BASE;
import static io.transvisor.bt.region.MethodWriter.BUDGET;
import static io.transvisor.bt.region.MethodWriter.CODE_CLASS;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.EXIT;
import static io.transvisor.bt.region.MethodWriter.INTS;
import static io.transvisor.bt.region.MethodWriter.SITE;
import static io.transvisor.bt.region.MethodWriter.TARGET;
import static io.transvisor.bt.region.MethodWriter.THROWN;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * The ways out of a region: to another place, and by a fault. Code that is seldom run is written
 * behind the blocks, as stubs; all ways share one end that gives the CPU its state back.
 */
final class ExitWriter {
  private static final ClassDesc RUNTIME_EXCEPTION = ClassDesc.of("java.lang.RuntimeException");

  private record Range(Label start, Label end) {}

  private final MethodWriter w;
  private final CodeBuilder b;
  private final Label leave;
  private final Map<Integer, Integer> numbers = new HashMap<>();
  private final Queue<Runnable> stubs = new ArrayDeque<>();
  private final Map<FlagWriter.State, List<Range>> faults = new LinkedHashMap<>();
  private final List<Range> calloutFaults = new ArrayList<>();
  private final List<Integer> sites = new ArrayList<>();
  private int count;

  ExitWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
    leave = b.newLabel();
  }

  /** How many exits there are. */
  int count() {
    return count;
  }

  /**
   * For each site two numbers: the offset of its instruction, and how many instructions of its
   * block are not retired if it faults.
   */
  int[] sites() {
    return sites.stream().mapToInt(Integer::intValue).toArray();
  }

  // ---- faults ----

  /** Writes code that may throw a guest fault, with nothing of the instruction done yet. */
  void faulting(Runnable code) {
    faults
        .computeIfAbsent(w.flags.state(), s -> new ArrayList<>())
        .add(range(code));
  }

  /** The same for a handler, which works on the CPU's own registers. */
  void faultingCallout(Runnable code) {
    calloutFaults.add(range(code));
  }

  private Range range(Runnable code) {
    int refund = w.block.insns.size() - w.position;
    int last = sites.size() - 2;
    boolean known = last >= 0 && sites.get(last) == w.insn.start && sites.get(last + 1) == refund;
    if (!known) {
      sites.add(w.insn.start);
      sites.add(refund);
    }
    b.loadConstant(sites.size() / 2 - 1).istore(SITE);
    Label start = b.newBoundLabel();
    code.run();
    return new Range(start, b.newBoundLabel());
  }

  // ---- exits ----

  /** Code out of the way, written behind the blocks, with the flags as they are known here. */
  Label stub(Runnable code) {
    Label label = b.newLabel();
    FlagWriter.State state = w.flags.state();
    Block at = w.block;
    stubs.add(() -> {
      w.block = at;
      w.flags.restore(state);
      b.labelBinding(label);
      code.run();
    });
    return label;
  }

  /** Takes back that instructions were counted. */
  void refund(int instructions) {
    if (instructions != 0) {
      b.iinc(BUDGET, instructions);
    }
  }

  /** Leaves the region for an offset from its base. */
  void exitTo(int offset) {
    int number = numbers.computeIfAbsent(offset, o -> count++);
    b.iload(BASE).loadConstant(offset).iadd().istore(TARGET);
    exit(number);
  }

  /** Leaves the region for the EIP in {@link MethodWriter#TARGET}. */
  void exitIndirect() {
    exit(count++);
  }

  private void exit(int number) {
    w.flags.makeKnown();
    b.loadConstant(number).istore(EXIT).goto_(leave);
  }

  /** Goes to a block, or leaves the region if there is none at an offset. */
  void goTo(int offset) {
    Block to = w.plan.byOffset().get(offset);
    if (to == null) {
      exitTo(offset);
      return;
    }
    lookAtBudget(to);
    w.flags.passTo(to);
    b.goto_(w.label(to));
  }

  /** Going backwards: leaves the region if the budget does not last until it comes here again. */
  private void lookAtBudget(Block to) {
    if (to.index <= w.block.index) {
      b.iload(BUDGET)
          .loadConstant(w.plan.longestPath())
          .if_icmplt(stub(() -> exitTo(to.start)));
    }
  }

  /**
   * Where a conditional jump goes to for an offset. What the block there expects of the flags may be
   * written at once: it must come right before the jump.
   */
  Label edge(int offset) {
    Block to = w.plan.byOffset().get(offset);
    if (to == null || to.index <= w.block.index) {
      return stub(() -> goTo(offset));
    }
    FlagWriter.State before = w.flags.state();
    w.flags.passTo(to);
    w.flags.restore(before);
    return w.label(to);
  }

  /** Goes to the block at the EIP in {@link MethodWriter#TARGET} if it is one of some. */
  void goToOneOf(List<Block> targets) {
    if (!targets.isEmpty()) {
      FlagWriter.State before = w.flags.state();
      w.flags.passTo(targets);
      List<SwitchCase> cases = new ArrayList<>();
      for (Block to : targets) {
        Label label = w.label(to);
        if (to.index <= w.block.index) {
          label =
              stub(() -> {
                lookAtBudget(to);
                b.goto_(w.label(to));
              });
        }
        cases.add(SwitchCase.of(to.start, label));
      }
      Label other = b.newLabel();
      b.iload(TARGET).iload(BASE).isub().lookupswitch(other, cases);
      b.labelBinding(other);
      w.flags.restore(before);
    }
    exitIndirect();
  }

  /** Leaves the region with the CPU's state, EIP included, as a handler has left it. */
  void exitAsIs(int offset) {
    int number = numbers.computeIfAbsent(offset, o -> count++);
    b.loadConstant(number).ireturn();
  }

  // ---- the end ----

  /** Writes all that is out of the way. */
  void finish() {
    while (!stubs.isEmpty()) {
      stubs.remove().run();
    }
    b.labelBinding(leave);
    w.writeState();
    b.aload(CPU).iload(TARGET).putfield(CPU_CLASS, "eip", ConstantDescs.CD_int);
    w.writeInstructions();
    b.iload(EXIT).ireturn();
    finishFaults();
  }

  private void finishFaults() {
    Label writeBack = b.newLabel();
    Label report = b.newLabel();
    for (Map.Entry<FlagWriter.State, List<Range>> e : faults.entrySet()) {
      Label handler = b.newBoundLabel();
      b.astore(THROWN);
      w.flags.restore(e.getKey());
      w.flags.makeKnown();
      b.goto_(writeBack);
      catchIn(e.getValue(), handler);
    }
    if (!faults.isEmpty()) {
      b.labelBinding(writeBack);
      w.writeState();
      b.goto_(report);
    }
    if (!calloutFaults.isEmpty()) {
      Label handler = b.newBoundLabel();
      b.astore(THROWN).goto_(report);
      catchIn(calloutFaults, handler);
    }
    if (!faults.isEmpty() || !calloutFaults.isEmpty()) {
      b.labelBinding(report);
      b.aload(CPU).iload(BASE).iload(BUDGET).iload(SITE);
      w.constantSites();
      b.aload(THROWN)
          .invokestatic(
              CODE_CLASS,
              "fault",
              MethodTypeDesc.of(
                  ConstantDescs.CD_int,
                  CPU_CLASS,
                  ConstantDescs.CD_int,
                  ConstantDescs.CD_int,
                  ConstantDescs.CD_int,
                  INTS,
                  RUNTIME_EXCEPTION))
          .ireturn();
    }
  }

  private void catchIn(List<Range> ranges, Label handler) {
    for (Range r : ranges) {
      b.exceptionCatch(r.start, r.end, handler, RUNTIME_EXCEPTION);
    }
  }
}
