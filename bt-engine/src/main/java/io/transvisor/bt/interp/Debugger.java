package io.transvisor.bt.interp;

import io.transvisor.core.cpu.DebugPort;
import io.transvisor.core.cpu.ExecutionEngine.Outcome;
import io.transvisor.core.cpu.Watchpoint;
import java.util.ArrayList;
import java.util.List;

/**
 * A debugger's breakpoints and watchpoints. Breakpoints cut traces and regions ({@link
 * io.transvisor.bt.cache.CodeCache#setBarrier}), so that code elsewhere runs as fast as ever;
 * watchpoints make all accesses take the exact segment check, as those of DR0-DR3 do.
 */
final class Debugger implements DebugPort {
  private final Cpu c;
  private final Interpreter interpreter;
  private final List<Watchpoint> watchpoints = new ArrayList<>();

  Debugger(Cpu cpu, Interpreter interpreter) {
    this.c = cpu;
    this.interpreter = interpreter;
  }

  @Override
  public void setBreakpoint(int linear, boolean on) {
    if (on) {
      interpreter.breakpoints().add(linear);
      interpreter.cache().setBarrier(linear);
    } else {
      // The barrier stays: debuggers set the same breakpoints again and again.
      interpreter.breakpoints().remove(linear);
    }
  }

  @Override
  public void setWatchpoint(Watchpoint watchpoint, boolean on) {
    watchpoints.remove(watchpoint);
    if (on) {
      watchpoints.add(watchpoint);
    }
    applyWatchpoints();
  }

  private void applyWatchpoints() {
    c.watchpoints = watchpoints.toArray(new Watchpoint[0]);
    c.deriveMode();
  }

  @Override
  public void clear() {
    interpreter.breakpoints().clear();
    interpreter.cache().removeBarriers();
    watchpoints.clear();
    applyWatchpoints();
  }

  @Override
  public Hit takeHit() {
    Hit hit = c.watchHit;
    c.watchHit = null;
    return hit;
  }

  @Override
  public Outcome step() {
    return interpreter.runOne();
  }
}
