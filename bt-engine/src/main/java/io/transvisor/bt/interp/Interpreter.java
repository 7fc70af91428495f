package io.transvisor.bt.interp;

import io.transvisor.bt.cache.BranchTargets;
import io.transvisor.bt.cache.CodeCache;
import io.transvisor.bt.cache.Links;
import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.LazyFlags;
import io.transvisor.bt.region.Region;
import io.transvisor.bt.region.RegionCode;
import io.transvisor.bt.region.RegionEntry;
import io.transvisor.bt.region.Regions;
import io.transvisor.core.clock.InstructionClock;
import io.transvisor.core.cpu.Activity;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.mmu.Mmu;
import io.transvisor.mmu.PageFaultException;
import java.util.HashSet;
import java.util.Set;

/**
 * Runs guest code on decoded traces: finds or decodes the trace at CS:EIP, calls its handlers one
 * after the other, and looks between traces at interrupts and at the budget.
 */
final class Interpreter {
  private final Cpu c;
  private final Mmu mmu;
  private final CodeCache cache;
  private final TraceBuilder builder;
  private final Regions regions;

  /** Time is the count of instructions, and devices see it: it must be right at each of them. */
  private final boolean exactTime;

  /**
   * Instructions that compiled code may run beyond the budget, so that it need not be left to the
   * interpreter each time the budget comes to its end.
   */
  private final int overrun;

  private final EngineStatistics statistics = new EngineStatistics();
  private final BranchTargets targets;
  private final Decider decider;
  private final Fuser fuser;
  private final Housekeeping housekeeping;
  private final boolean chaining;

  private boolean tripleFault;

  /** An instruction has hit a debugger's watchpoint. */
  private boolean watchHit;

  /** A debugger executes a single instruction, breakpoint or not. */
  private boolean stepping;

  /** Interrupts wait for the end of that. */
  private boolean holdsInterrupts;

  private final Set<Integer> breakpoints = new HashSet<>();

  /**
   * @param options what is compiled, and which mechanisms are used
   */
  Interpreter(Cpu cpu, PhysicalMemory memory, EngineOptions options) {
    this.c = cpu;
    this.cache = new CodeCache(memory, cpu::stopTrace, options.has(Mechanism.CODE_MASKS));
    this.builder = new TraceBuilder(cpu, memory, cache);
    this.decider = new Decider(cpu, options.kind());
    this.regions = options.compiles() ? new Regions(cpu, cache, options) : null;
    this.housekeeping = new Housekeeping(cpu, cache);
    this.fuser = new Fuser(options.has(Mechanism.FUSION));
    this.chaining = options.has(Mechanism.CHAINING);
    this.mmu = cpu.mmu;
    this.targets = cpu.branchTargets;
    this.exactTime = cpu.clock instanceof InstructionClock;
    this.overrun = exactTime || options.repeatable() ? 0 : options.regionSize();
  }

  CodeCache cache() {
    return cache;
  }

  Decider decider() {
    return decider;
  }

  EngineStatistics statistics() {
    return statistics;
  }

  /** The compiled regions, or null where nothing is compiled. */
  Regions regions() {
    return regions;
  }

  long regionsCompiled() {
    return regions == null ? 0 : regions.compiled();
  }

  /** Linear addresses before whose instructions {@link #run} ends. */
  Set<Integer> breakpoints() {
    return breakpoints;
  }

  /** See {@link io.transvisor.core.cpu.DebugPort#step}. */
  Outcome runOne() {
    stepping = true;
    holdsInterrupts = !c.halted;
    try {
      return run(1);
    } finally {
      stepping = false;
      holdsInterrupts = false;
    }
  }

  /** See {@link io.transvisor.core.cpu.ExecutionEngine#run}. */
  Outcome run(int budget) {
    long end = c.instructions + budget;
    Links previous = null;
    tripleFault = false;
    if (regions != null) {
      c.activity.set(Activity.TRANSLATOR);
      regions.takeFinished();
    }
    housekeeping.look();
    c.activity.set(Activity.GUEST);
    while (true) {
      boolean shadow = c.interruptShadow;
      c.interruptShadow = false;
      if (c.pending != 0 && !shadow && !holdsInterrupts) {
        takeInterrupts();
        if (tripleFault) {
          return Outcome.TRIPLE_FAULT;
        }
        if ((c.pending & CpuState.PENDING_EXIT) != 0) {
          PendingWord.clear(c, CpuState.PENDING_EXIT);
          return c.halted ? Outcome.HALTED : Outcome.CONTINUE;
        }
      }
      if (c.halted) {
        return Outcome.HALTED;
      }
      if (c.instructions >= end) {
        c.interruptShadow = shadow;
        return Outcome.CONTINUE;
      }
      int linear = c.segBase[CpuState.CS] + c.eip;
      Trace t = previous == null ? null : previous.link(linear, mmu.generation, c.modeWord);
      if (t == null) {
        boolean barrier = cache.isBarrier(linear);
        if (barrier && !stepping && breakpoints.contains(linear)) {
          c.interruptShadow = shadow;
          c.watchHit = null;
          return Outcome.BREAK;
        }
        try {
          t = lookup(linear, previous);
        } catch (PageFaultException e) {
          raisePageFault();
          if (tripleFault) {
            return Outcome.TRIPLE_FAULT;
          }
          previous = null;
          continue;
        }
        if (previous != null && t.store() >= 0 && !t.crossesPage() && !barrier) {
          link(previous, linear, t);
        }
      }
      previous = t;
      int limit = t.length();
      if (beyondCodeSegment(t)) {
        limit = withinCodeSegment(t);
        if (limit == 0) {
          raise(GuestFault.GP, 0);
          if (tripleFault) {
            return Outcome.TRIPLE_FAULT;
          }
          continue;
        }
      }
      if (limit > end - c.instructions) {
        limit = (int) (end - c.instructions);
      }
      if (Decider.isSingleStep(c, shadow)) {
        step(t);
      } else {
        if (limit < t.length()) {
          execute(t, limit);
        } else {
          previous = executeLinked(t, end);
        }
        if (c.debugTraps != 0) {
          debugTrap();
        }
      }
      if (tripleFault) {
        return Outcome.TRIPLE_FAULT;
      }
      if (watchHit) {
        watchHit = false;
        return Outcome.BREAK;
      }
    }
  }

  /** One instruction with single-step and breakpoints looked after. */
  private void step(Trace t) {
    if (c.codeBreakpoints && DebugExceptions.hitsCodeBreakpoint(c)) {
      raise(GuestFault.DB, 0);
      return;
    }
    if ((c.eflags & CpuState.TF) != 0) {
      // Entering a handler, by a fault or INT n, takes this back.
      c.debugTraps |= DebugExceptions.DR6_SINGLE_STEP;
    }
    decider.countStep();
    execute(t, 1);
    if (c.debugTraps != 0) {
      debugTrap();
    }
  }

  private void debugTrap() {
    if ((c.debugTraps & DebugExceptions.WATCHPOINT) != 0) {
      c.debugTraps &= ~DebugExceptions.WATCHPOINT;
      watchHit = true;
    }
    if (!tripleFault && !DebugExceptions.afterInstruction(c)) {
      tripleFault = true;
    }
  }

  /** Runs a trace and what follows, see {@link #executeChain}; the flags are settled after it. */
  private Links executeLinked(Trace first, long end) {
    Links last = executeChain(first, end);
    LazyFlags.settle(c);
    return last;
  }

  /**
   * The hot loop: a whole trace and those that follow, until something has to be looked at between
   * instructions.
   *
   * <p>For what has to be looked at see {@link Cpu#mustStop}.
   *
   * @param end instruction count not to go beyond
   * @return the last trace executed, or null after a region
   */
  private Links executeChain(Trace first, long end) {
    Trace t = first;
    Links from;
    int interpreted = 0;
    while (true) {
      RegionEntry compiled = t.compiled();
      from = t;
      if (compiled != null && compiled.isUsable(c, left(end))) {
        if (c.log != null) {
          c.log.runs(c, t, true);
        }
        from = enter(t, compiled, end);
      } else {
        LazyFlags.settle(c);
        if (c.log != null) {
          c.log.runs(c, t, false);
        }
        if (t.isDue()) {
          promote(t);
        }
        executeWhole(t);
        interpreted++;
      }
      if (tripleFault || c.mustStop()) {
        break;
      }
      int mode = c.modeWord;
      int linear = c.segBase[CpuState.CS] + c.eip;
      Trace next = from == null ? null : from.link(linear, mmu.generation, mode);
      if (next == null) {
        next = targets.link(linear, mmu.generation, mode);
      }
      if (next == null) {
        next = follow(from, linear, mode);
        if (next == null) {
          break;
        }
      }
      if (next.length() > end - c.instructions
          || (mode & Cpu.MODE_FLAT_CODE) == 0 && beyondCodeSegment(next)) {
        break;
      }
      t = next;
    }
    statistics.tracesRun += interpreted;
    return from;
  }

  /** A trace has run often: it becomes part of a compiled region, or its instructions are fused. */
  private void promote(Trace t) {
    c.activity.set(Activity.TRANSLATOR);
    if (regions == null || !decider.decideHot(t) || !regions.consider(t)) {
      fuser.fuse(t);
    }
    c.activity.set(Activity.GUEST);
  }

  /**
   * Runs compiled regions for as long as one follows the other.
   *
   * @return the trace, if it was left within its run of instructions, or null
   */
  private Links enter(Trace t, RegionEntry entry, long end) {
    targets.setEntry(c.segBase[CpuState.CS] + c.eip, entry);
    long before = c.instructions;
    int result = RegionCode.enter(c, entry, (int) Math.min(left(end), Integer.MAX_VALUE));
    statistics.regionEntries++;
    statistics.regionInstructions += c.instructions - before;
    if (result == Region.LEFT) {
      return null;
    }
    leftWithin(result);
    return t;
  }

  /** How many instructions compiled code may run. */
  private long left(long end) {
    return Math.max(end - c.instructions, stepping ? 0 : overrun);
  }

  /** A region was left before an instruction, or by a fault of one. */
  private void leftWithin(int result) {
    LazyFlags.settle(c);
    switch (result) {
      case Region.FAULT -> raise(c.guestFault.vector, c.guestFault.errorCode);
      case Region.PAGE_FAULT -> raisePageFault();
      default -> executeMissed(c.missedIn.region(), Region.MISS - result);
    }
  }

  /** The region could not do an instruction: one that is not entered at its place in a region. */
  private void executeMissed(Region region, int site) {
    int linear = c.missedAddress;
    int at = c.segBase[CpuState.CS] + c.eip;
    boolean staysSo = linear == Region.VALUES || mmu.isIndirect(linear) || (linear & 0xFFF) > 0xFF8;
    try {
      execute(lookup(at, null), 1);
    } catch (PageFaultException e) {
      raisePageFault();
    }
    if (staysSo || region.window(site) != null) {
      regions.missed(region, site, at);
    }
  }

  /** The trace at an address, if it has been decoded and can be linked to; else null. */
  private Trace follow(Links t, int linear, int mode) {
    int store = c.directCode(linear);
    if (store < 0 || cache.isBarrier(linear)) {
      return null;
    }
    Trace next = t == null ? null : t.relink(linear, store, mode);
    if (next == null) {
      next = targets.relink(linear, store, mode);
    }
    if (next != null) {
      statistics.relinked++;
    } else {
      next = cache.find(store, mode);
      if (next == null || next.crossesPage()) {
        return null;
      }
      statistics.found++;
    }
    link(t, linear, next);
    return next;
  }

  private void link(Links from, int linear, Trace next) {
    if (chaining) {
      statistics.links++;
      if (from != null) {
        from.setLink(linear, mmu.generation, next);
      }
      targets.setLink(linear, mmu.generation, next);
    }
    if (from instanceof Trace t && t.endsIndirectly()) {
      t.observe(linear);
    }
  }

  /** All instructions of a trace, the fused way. */
  private void executeWhole(Trace t) {
    if (exactTime) {
      execute(t, t.length());
      return;
    }
    Insn[] groups = t.groups();
    int count = groups.length;
    c.traceLimit = count;
    c.within = 0;
    c.instructions += t.length();
    int n = 0;
    try {
      do {
        Insn i = groups[n++];
        i.handler.execute(c, i);
      } while (n < c.traceLimit);
    } catch (GuestFault e) {
      goBackTo(t, Math.max(c.within, groups[n - 1].position));
      raise(e.vector, e.errorCode);
      return;
    } catch (PageFaultException e) {
      goBackTo(t, Math.max(c.within, groups[n - 1].position));
      raisePageFault();
      return;
    }
    if (c.within < 0) {
      goBackTo(t, ~c.within);
    } else if (n < count) {
      goBackTo(t, groups[n].position);
    } else if (!t.branches()) {
      c.eip += t.bytes();
    }
  }

  /**
   * Takes back that instructions from a position on were counted, and lets EIP point to the first
   * of them.
   */
  private void goBackTo(Trace t, int position) {
    Insn[] insns = t.insns();
    c.instructions -= insns.length - position;
    c.eip += insns[position].start;
  }

  /** Up to {@code limit} instructions of a trace, each counted before it is executed. */
  private void execute(Trace t, int limit) {
    Insn[] insns = t.insns();
    c.traceLimit = limit;
    int n = 0;
    try {
      do {
        Insn i = insns[n++];
        c.instructions++;
        i.handler.execute(c, i);
      } while (n < c.traceLimit);
    } catch (GuestFault e) {
      c.instructions--;
      c.eip += insns[n - 1].start;
      raise(e.vector, e.errorCode);
      return;
    } catch (PageFaultException e) {
      c.instructions--;
      c.eip += insns[n - 1].start;
      raisePageFault();
      return;
    }
    if (n < insns.length) {
      c.eip += insns[n - 1].next;
    } else if (!t.branches()) {
      c.eip += t.bytes();
    }
  }

  private void raise(int vector, int errorCode) {
    c.debugTraps = 0;
    // A fault uses up budget and time, or a guest that does nothing but fault would stop the clock.
    c.instructions++;
    if (!Exceptions.raise(c, vector, errorCode)) {
      tripleFault = true;
      c.stopTrace();
    }
  }

  private void raisePageFault() {
    c.cr2 = c.mmu.pageFault().address;
    raise(GuestFault.PF, c.mmu.pageFault().errorCode);
  }

  private void takeInterrupts() {
    int pending = c.pending;
    if ((pending & CpuState.PENDING_INIT) != 0) {
      PendingWord.clear(c, CpuState.PENDING_INIT);
      CpuReset.initialise(c);
    } else if ((pending & CpuState.PENDING_NMI) != 0 && !c.nmiBlocked) {
      PendingWord.clear(c, CpuState.PENDING_NMI);
      c.halted = false;
      c.nmiBlocked = true;
      tripleFault = !Exceptions.interrupt(c, GuestFault.NMI);
    } else if ((pending & CpuState.PENDING_INTR) != 0 && (c.eflags & CpuState.IF) != 0) {
      c.halted = false;
      tripleFault = !Exceptions.interrupt(c, c.interrupts.acknowledge());
    }
  }

  private boolean beyondCodeSegment(Trace t) {
    return Integer.compareUnsigned(c.eip + t.bytes() - 1, c.segLimit[CpuState.CS]) > 0;
  }

  /** How many instructions of a trace lie wholly below the code segment's limit. */
  private int withinCodeSegment(Trace t) {
    long limit = c.segLimit[CpuState.CS] & 0xFFFFFFFFL;
    long eip = c.eip & 0xFFFFFFFFL;
    int n = 0;
    for (Insn i : t.insns()) {
      if (eip + i.next - 1 > limit) {
        break;
      }
      n++;
    }
    return n;
  }

  /** See {@link InterpreterEngine#codeState}. */
  String codeState() {
    int store = c.directCode(c.segBase[CpuState.CS] + c.eip);
    Trace t = store < 0 ? null : cache.find(store, c.modeWord);
    if (t == null) {
      return "not decoded yet";
    }
    return regions == null ? "interpreted" : regions.state(t);
  }

  // ---- finding traces ----

  /**
   * @param previous the trace executed last, or null
   */
  private Trace lookup(int linear, Links previous) {
    boolean user = c.cpl == 3;
    int store = c.mmu.translateCode(linear, user);
    if (store < 0) {
      return decoded(builder.uncached(linear));
    }
    Trace old = previous == null ? null : previous.relink(linear, store, c.modeWord);
    Trace t = old != null ? old : cache.find(store, c.modeWord);
    if (t == null) {
      c.activity.set(Activity.TRANSLATOR);
      return decoded(builder.build(store, linear));
    }
    if (t.crossesPage() && c.mmu.translateCode((linear | 0xFFF) + 1, user) != t.secondStore()) {
      return decoded(builder.crossing(store, linear));
    }
    if (old != null) {
      statistics.relinked++;
    } else {
      statistics.found++;
    }
    return t;
  }

  private Trace decoded(Trace t) {
    statistics.decodedTraces++;
    statistics.decodedInstructions += t.length();
    boolean watched = decider.decideDecoded(t) && regions != null && regions.watch(t);
    if (!watched) {
      fuser.watch(t);
    }
    if (c.log != null) {
      c.log.decoded(c, t);
    }
    c.activity.set(Activity.GUEST);
    return t;
  }
}
