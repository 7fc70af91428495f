package io.transvisor.bt.region;

import static io.transvisor.bt.region.MethodWriter.BASE;
import static io.transvisor.bt.region.MethodWriter.BUDGET;
import static io.transvisor.bt.region.MethodWriter.CODE_CLASS;
import static io.transvisor.bt.region.MethodWriter.CPU;
import static io.transvisor.bt.region.MethodWriter.CPU_CLASS;
import static io.transvisor.bt.region.MethodWriter.ENTRY_CLASS;
import static io.transvisor.bt.region.MethodWriter.INTS;
import static io.transvisor.bt.region.MethodWriter.LEVEL;
import static io.transvisor.bt.region.MethodWriter.LINEAR;
import static io.transvisor.bt.region.MethodWriter.SELF;
import static io.transvisor.bt.region.MethodWriter.SITE;
import static io.transvisor.bt.region.MethodWriter.TARGET;
import static io.transvisor.bt.region.MethodWriter.THROWN;
import static io.transvisor.bt.region.MethodWriter.VALUE;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.isa.Insn;
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
 * behind the blocks, as stubs. The CPU has the registers already; a way out gives it EIP, the
 * budget and at most the flags. Where it leads to code that may be a region of its own, that is
 * called.
 */
final class ExitWriter {
  private static final MethodTypeDesc NEXT =
      MethodTypeDesc.of(CODE_CLASS, CPU_CLASS, ConstantDescs.CD_int);
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(ConstantDescs.CD_int, CPU_CLASS, ConstantDescs.CD_int);
  private static final MethodTypeDesc GO_ON_UNTIL =
      MethodTypeDesc.of(
          ConstantDescs.CD_int,
          CPU_CLASS,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final MethodTypeDesc HAS_RETURNED =
      MethodTypeDesc.of(
          ConstantDescs.CD_boolean,
          CPU_CLASS,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);
  private static final ClassDesc RUNTIME_EXCEPTION = ClassDesc.of("java.lang.RuntimeException");

  private record Range(Label start, Label end) {}

  private final MethodWriter w;
  private final CodeBuilder b;
  private final Queue<Runnable> stubs = new ArrayDeque<>();
  private final List<Range> calloutFaults = new ArrayList<>();
  private final Map<FlagWriter.State, List<Range>> neutralFaults = new LinkedHashMap<>();
  private final List<Integer> sites = new ArrayList<>();
  private final Map<Integer, int[]> windows = new HashMap<>();

  /** Where what {@link Cpu#regionResult} says is answered; with something pushed, or not. */
  private final Label notEntered;

  private final Label notReturned;

  ExitWriter(MethodWriter writer) {
    w = writer;
    b = writer.b;
    notEntered = b.newLabel();
    notReturned = b.newLabel();
  }

  /**
   * For each site two numbers: the offset of its instruction, and how many instructions of its
   * block are not retired if the region is left before it.
   */
  int[] sites() {
    return sites.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Offsets of the instructions whose accesses are looked up at once, by site. */
  Map<Integer, int[]> windows() {
    return windows;
  }

  private int site() {
    int refund = w.block.insns.size() - w.position;
    int last = sites.size() - 2;
    boolean known = last >= 0 && sites.get(last) == w.insn.start && sites.get(last + 1) == refund;
    if (!known) {
      sites.add(w.insn.start);
      sites.add(refund);
    }
    return sites.size() / 2 - 1;
  }

  // ---- before an instruction ----

  /**
   * Where to jump to when the current instruction cannot be done here: nothing has been done of it,
   * and the interpreter does it, faults and all.
   */
  Label miss() {
    return miss(b::iconst_0);
  }

  /** The same because of the values it works on, or other state that may stay as it is. */
  Label missForValues() {
    return missForValues(site());
  }

  private Label missForValues(int site) {
    return miss(site, () -> b.loadConstant(Region.VALUES));
  }

  /**
   * The same for a reason that code tells.
   *
   * @param reason pushes what {@link Cpu#missedAddress} becomes: an address, 0, or {@link
   *     Region#VALUES}
   */
  Label miss(Runnable reason) {
    return miss(site(), reason);
  }

  private Label miss(int site, Runnable reason) {
    return stub(() -> {
      tell(reason);
      leaveBefore(site);
    });
  }

  /** The same because of the memory at {@link MethodWriter#LINEAR}. */
  Label missAtAddress() {
    return miss(() -> b.iload(LINEAR));
  }

  /** The same where several accesses are looked up at once. */
  Label missAtWindow(MemoryWindow window) {
    windows.put(site(), window.members().stream().mapToInt(i -> i.start).toArray());
    return missAtAddress();
  }

  /** Where to jump to when a block cannot be entered from outside for the values there are. */
  Label missAtEntry(Block entry) {
    sites.add(entry.start);
    sites.add(0);
    return missForValues(sites.size() / 2 - 1);
  }

  /** Where to jump to when a block cannot be entered from inside: it is entered from outside. */
  Label leaveFor(Block to) {
    return stub(() -> exitTo(to.start));
  }

  /** Writes the call of a handler, which may throw a fault. */
  void faultingCallout(Runnable code) {
    b.loadConstant(site()).istore(SITE);
    Label start = b.newBoundLabel();
    code.run();
    calloutFaults.add(new Range(start, b.newBoundLabel()));
  }

  /**
   * Writes the call of a handler that does nothing if it throws, while locals hold the state: the
   * interpreter does the instruction again, and raises the fault.
   */
  void faultingNeutral(Runnable code) {
    int site = site();
    b.loadConstant(site).istore(SITE);
    Label start = b.newBoundLabel();
    code.run();
    neutralFaults
        .computeIfAbsent(w.flags.state(), s -> new ArrayList<>())
        .add(new Range(start, b.newBoundLabel()));
  }

  // ---- exits ----

  /** Code out of the way, written behind the blocks, with the flags as they are known here. */
  Label stub(Runnable code) {
    Label label = b.newLabel();
    FlagWriter.State state = w.flags.state();
    FpuRegisters.State registers = w.fpu.state();
    Block at = w.block;
    stubs.add(() -> {
      w.block = at;
      w.flags.restore(state);
      w.fpu.restore(registers);
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

  private void tell(Runnable missedAddress) {
    b.aload(CPU);
    missedAddress.run();
    b.putfield(CPU_CLASS, "missedAddress", ConstantDescs.CD_int);
  }

  /** Gives the CPU what only locals hold. */
  private void giveState() {
    w.flags.hold();
    w.fpu.flush();
    b.aload(CPU).iload(BUDGET).putfield(CPU_CLASS, "budget", ConstantDescs.CD_int);
  }

  private void leave() {
    giveState();
    b.loadConstant(Region.LEFT).ireturn();
  }

  private void leaveBefore(int site) {
    giveState();
    tellRegion();
    b.loadConstant(Region.MISS - site).ireturn();
  }

  private void tellRegion() {
    b.aload(CPU).aload(SELF).putfield(CPU_CLASS, "missedIn", CODE_CLASS);
  }

  private void pushEip(int offset) {
    b.iload(BASE).loadConstant(offset).iadd();
  }

  private void setEip(int offset) {
    b.aload(CPU);
    pushEip(offset);
    b.putfield(CPU_CLASS, "eip", ConstantDescs.CD_int);
  }

  /** Leaves the region for an offset from its base. */
  void exitTo(int offset) {
    setEip(offset);
    leave();
  }

  /** Goes on at an offset outside of the region: there if that is compiled, or leaves. */
  private void goOutside(int offset) {
    RegionEntry entry = w.plan.links().get(offset);
    if (entry == null) {
      exitTo(offset);
      return;
    }
    setEip(offset);
    giveState();
    goOn(entry);
  }

  /** With all given to the CPU: goes on at a place that may be compiled. */
  private void goOn(RegionEntry entry) {
    enter(entry, notEntered);
    b.ireturn();
  }

  private void pushResult() {
    b.aload(CPU).getfield(CPU_CLASS, "regionResult", ConstantDescs.CD_int);
  }

  /**
   * With all given to the CPU: enters another region and pushes the result.
   *
   * @param not where to jump to with something pushed where there is none, or one has been entered
   */
  private void enter(RegionEntry entry, Label not) {
    w.constant(entry, ENTRY_CLASS);
    b.aload(CPU).iload(LEVEL).invokevirtual(ENTRY_CLASS, "next", NEXT).dup().ifnull(not);
    b.aload(CPU);
    w.constant(entry, ENTRY_CLASS);
    b.getfield(ENTRY_CLASS, "number", ConstantDescs.CD_int).iload(LEVEL).iadd();
    b.invokevirtual(CODE_CLASS, "run", RUN);
  }

  /** Calls a function at an offset; its return address is on the guest's stack already. */
  void call(Insn call, int offset) {
    RegionEntry entry = w.plan.links().get(offset);
    if (entry == null) {
      goTo(offset);
      return;
    }
    setEip(offset);
    giveState();
    Label back = b.newLabel();
    enter(
        entry,
        stub(() -> {
          b.pop();
          pushResult();
          b.goto_(back);
        }));
    b.labelBinding(back);
    goOnBehind(call);
  }

  /** Goes on at the EIP in {@link MethodWriter#TARGET}. */
  private void goToTarget() {
    b.aload(CPU).iload(TARGET).putfield(CPU_CLASS, "eip", ConstantDescs.CD_int);
    if (w.plan.links().isEmpty() || Branches.isReturn(w.insn)) {
      // Whoever called this region knows better what follows a return.
      leave();
    } else if (Branches.isCall(w.insn)) {
      giveState();
      enterAtEip();
      goOnBehind(w.insn);
    } else {
      giveState();
      enterAtEip();
      b.ireturn();
    }
  }

  private void enterAtEip() {
    b.aload(CPU).iload(LEVEL).invokestatic(ENTRY_CLASS, "enterAtEip", RUN);
  }

  /** With the result of a called function pushed: goes on behind the call if it has returned. */
  private void goOnBehind(Insn call) {
    Block behind = w.plan.byOffset().get(call.next);
    RegionEntry entry = w.plan.links().get(call.next);
    b.istore(VALUE);
    if (behind != null) {
      b.aload(SELF).aload(CPU).iload(VALUE);
      pushEip(call.next);
      b.iload(BASE).iload(LEVEL).invokevirtual(CODE_CLASS, "hasReturned", HAS_RETURNED);
      b.ifeq(notReturned);
      b.aload(CPU).getfield(CPU_CLASS, "budget", ConstantDescs.CD_int).istore(BUDGET);
      w.readState();
      w.flags.setJoined();
      w.flags.passTo(behind);
      w.fpu.passTo(behind);
      b.goto_(w.label(behind));
    } else if (entry != null) {
      b.aload(CPU).iload(VALUE);
      pushEip(call.next);
      b.iload(LEVEL).invokestatic(ENTRY_CLASS, "goOnUntil", GO_ON_UNTIL).istore(VALUE);
      b.iload(VALUE).loadConstant(Region.LEFT);
      b.if_icmpne(stub(() -> b.iload(VALUE).ireturn()));
      goOn(entry);
    } else {
      b.iload(VALUE).ireturn();
    }
  }

  /** Goes to a block, or leaves the region if there is none at an offset. */
  void goTo(int offset) {
    Block to = w.plan.byOffset().get(offset);
    if (to == null) {
      goOutside(offset);
      return;
    }
    lookAtBudget(to);
    w.flags.passTo(to);
    w.fpu.passTo(to);
    b.goto_(w.label(to));
  }

  /** Going backwards: leaves the region if the budget does not last until it comes here again. */
  private void lookAtBudget(Block to) {
    if (to.index <= w.block.index) {
      b.iload(BUDGET).loadConstant(w.plan.longestPath()).if_icmplt(stub(() -> exitTo(to.start)));
    }
  }

  /**
   * Where a conditional jump goes to for an offset. What the block there expects of the flags may
   * be written at once: it must come right before the jump.
   */
  Label edge(int offset) {
    Block to = w.plan.byOffset().get(offset);
    if (to == null || to.index <= w.block.index || w.flags.hasToSettle(to)) {
      return stub(() -> goTo(offset));
    }
    w.flags.passOnTo(to);
    if (w.fpu.hasToPass(to)) {
      return stub(() -> {
        w.fpu.passTo(to);
        b.goto_(w.label(to));
      });
    }
    return w.label(to);
  }

  /** Goes to the block at the EIP in {@link MethodWriter#TARGET} if it is one of some. */
  void goToOneOf(List<Block> targets) {
    if (!targets.isEmpty()) {
      w.flags.hold();
      List<SwitchCase> cases = new ArrayList<>();
      for (Block to : targets) {
        Label label = w.label(to);
        if (to.index <= w.block.index || w.flags.hasToSettle(to) || w.fpu.hasToPass(to)) {
          label =
              stub(() -> {
                lookAtBudget(to);
                w.flags.passTo(to);
                w.fpu.passTo(to);
                b.goto_(w.label(to));
              });
        }
        cases.add(SwitchCase.of(to.start, label));
      }
      Label other = b.newLabel();
      b.iload(TARGET).iload(BASE).isub().lookupswitch(other, cases);
      b.labelBinding(other);
    }
    goToTarget();
  }

  /** Leaves the region with the CPU's state, EIP included, as a handler has left it. */
  void exitAsIs() {
    leave();
  }

  // ---- the end ----

  /** Writes all that is out of the way. */
  void finish() {
    while (!stubs.isEmpty()) {
      stubs.remove().run();
    }
    b.labelBinding(notEntered).pop();
    b.labelBinding(notReturned);
    pushResult();
    b.ireturn();
    finishNeutralFaults();
    finishFaults();
  }

  private void finishNeutralFaults() {
    for (Map.Entry<FlagWriter.State, List<Range>> e : neutralFaults.entrySet()) {
      Label handler = b.newBoundLabel();
      b.pop();
      w.flags.restore(e.getKey());
      w.fpu.forget();
      tell(b::iconst_0);
      giveState();
      tellRegion();
      b.loadConstant(Region.MISS).iload(SITE).isub().ireturn();
      catchIn(e.getValue(), handler);
    }
  }

  private void catchIn(List<Range> ranges, Label handler) {
    for (Range r : ranges) {
      b.exceptionCatch(r.start, r.end, handler, RUNTIME_EXCEPTION);
    }
  }

  private void finishFaults() {
    if (calloutFaults.isEmpty()) {
      return;
    }
    Label handler = b.newBoundLabel();
    b.astore(THROWN);
    b.aload(CPU).iload(BASE).iload(BUDGET).iload(SITE);
    w.table("SITES");
    b.aload(THROWN)
        .invokestatic(
            CODE_CLASS,
            "thrown",
            MethodTypeDesc.of(
                ConstantDescs.CD_int,
                CPU_CLASS,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int,
                ConstantDescs.CD_int,
                INTS,
                RUNTIME_EXCEPTION))
        .ireturn();
    catchIn(calloutFaults, handler);
  }
}
