package io.transvisor.bt.interp;

import io.transvisor.bt.region.RegionProfile;
import io.transvisor.core.clock.VirtualClock;
import io.transvisor.core.cpu.CpuModel;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.ExecutionEngine;
import io.transvisor.core.device.CounterSink;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.irq.CpuPins;
import io.transvisor.core.irq.InterruptController;
import io.transvisor.core.irq.IrqLine;
import io.transvisor.core.memory.PhysicalMemory;
import io.transvisor.core.port.PortSpace;
import io.transvisor.mmu.Mmu;

/** The CPU as the machine sees it: pins, state, and guest code run in one of three ways. */
public final class InterpreterEngine implements ExecutionEngine, CpuPins {
  private final Cpu cpu;
  private final Interpreter interpreter;
  private final Debugger debugger;

  public InterpreterEngine(
      PhysicalMemory memory,
      PortSpace ports,
      InterruptController interrupts,
      VirtualClock clock,
      CpuModel model,
      EngineOptions options) {
    this.cpu =
        new Cpu(
            new Mmu(memory, options.has(Mechanism.SHADOWS)),
            memory,
            ports,
            interrupts,
            clock,
            model);
    this.interpreter = new Interpreter(cpu, memory, options);
    this.debugger = new Debugger(cpu, interpreter);
  }

  @Override
  public String name() {
    return "cpu0";
  }

  @Override
  public Cpu cpu() {
    return cpu;
  }

  @Override
  public IrqLine intr() {
    return high -> {
      if (high) {
        PendingWord.set(cpu, CpuState.PENDING_INTR);
        cpu.stopTrace();
      } else {
        PendingWord.clear(cpu, CpuState.PENDING_INTR);
      }
    };
  }

  @Override
  public void nmi() {
    PendingWord.set(cpu, CpuState.PENDING_NMI);
    cpu.stopTrace();
  }

  @Override
  public void init() {
    PendingWord.set(cpu, CpuState.PENDING_INIT);
    cpu.stopTrace();
  }

  @Override
  public DebugPort debugPort() {
    return debugger;
  }

  /** Writes a log from now on. */
  public void setLog(EngineLog log) {
    cpu.log = log;
    if (log.has(LogItem.CALLOUTS)) {
      cpu.callouts.logAll(log);
    }
    if (log.has(LogItem.INVALIDATIONS)) {
      interpreter.cache().onChange(log::invalidated);
    }
  }

  @Override
  public Outcome run(int instructions) {
    return interpreter.run(instructions);
  }

  /**
   * How the code at CS:EIP is run, in a few words: {@code interpreted}, {@code region of 30
   * instructions, C2}, {@code retired: code-changed}.
   */
  public String codeState() {
    return interpreter.codeState();
  }

  /** Regions compiled so far. */
  public long regionsCompiled() {
    return interpreter.regionsCompiled();
  }

  /** Takes over what an earlier run of the same guest found hot; on the vCPU thread. */
  public void load(RegionProfile profile) {
    if (interpreter.regions() != null) {
      interpreter.regions().load(profile);
    }
  }

  /** What this run and the one before found hot; on the vCPU thread. */
  public RegionProfile profile() {
    return interpreter.regions() == null ? RegionProfile.EMPTY : interpreter.regions().profile();
  }

  @Override
  public void interrupt() {
    PendingWord.set(cpu, CpuState.PENDING_EXIT);
  }

  @Override
  public void reset(ResetKind kind) {
    CpuReset.reset(cpu);
  }

  @Override
  public void stateChanged() {
    for (int s = CpuState.ES; s <= CpuState.GS; s++) {
      cpu.updateSegmentCache(s);
    }
    cpu.mmu.setControl(cpu.cr0, cpu.cr3, cpu.cr4);
    cpu.mmu.flushAll();
    cpu.deriveMode();
  }

  @Override
  public void counters(CounterSink sink) {
    sink.count("instructions", cpu.instructions);
    interpreter.statistics().counters(sink, cpu.regionsEntered);
    interpreter.decider().counters(sink);
    interpreter.cache().counters(sink);
    cpu.callouts.counters(sink);
    if (interpreter.regions() != null) {
      interpreter.regions().counters(sink);
    }
    cpu.mmu.statistics().counters(sink);
  }

  @Override
  public void save(StateWriter out) {
    CpuSnapshot.save(cpu, out);
  }

  @Override
  public void load(StateReader in) {
    CpuSnapshot.load(cpu, in);
    stateChanged();
    interpreter.cache().clear();
  }
}
