package io.transvisor.bt.interp;

import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/**
 * CMPS and SCAS. The flags are those of the last comparison; they are set when a call ends, so that
 * a fault in the middle finds them as they were (SDM volume 2, "REP").
 */
final class StringComparisons {
  private StringComparisons() {}

  public static final class Cmps extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int step = Strings.step(c, W.size());
      if (i.rep == 0) {
        int a = source(c, i);
        int b = target(c, i);
        advance(c, i, step);
        W.compare(c, a, b);
        return;
      }
      int left = Strings.budget(c, Strings.count(c, i), Strings.MAX_ITERATIONS);
      if (left == 0) {
        return;
      }
      boolean whileEqual = i.rep == 0xF3;
      int a;
      int b;
      do {
        // The last comparison of the run, or the only one where a run is not possible, is done once
        // more for its values.
        int n = Math.max(run(c, i, step, left), 1);
        advance(c, i, (n - 1) * step);
        a = source(c, i);
        b = target(c, i);
        advance(c, i, step);
        Strings.advance(c, i, Cpu.ECX, -n);
        left -= n;
      } while (left > 0 && (a == b) == whileEqual && c.debugTraps == 0);
      W.compare(c, a, b);
      if ((a == b) == whileEqual && Strings.count(c, i) != 0) {
        Strings.again(c, i);
      }
    }

    private static int source(Cpu c, Insn i) {
      return W.load(c, c.forRead(i.seg, c.gpr[Cpu.ESI] & i.addressMask, W.size()));
    }

    private static int target(Cpu c, Insn i) {
      return W.load(c, c.forRead(Cpu.ES, c.gpr[Cpu.EDI] & i.addressMask, W.size()));
    }

    private static void advance(Cpu c, Insn i, int delta) {
      Strings.advance(c, i, Cpu.ESI, delta);
      Strings.advance(c, i, Cpu.EDI, delta);
    }

    /**
     * How many comparisons are done in the pages both operands lie in: up to the first that ends
     * the repetition, or all.
     */
    private static int run(Cpu c, Insn i, int step, int most) {
      int from = c.gpr[Cpu.ESI] & i.addressMask;
      int to = c.gpr[Cpu.EDI] & i.addressMask;
      int source = c.segBase[i.seg] + from;
      int target = c.segBase[Cpu.ES] + to;
      int n = Strings.run(from, source, i.addressMask, c.readEnd[i.seg], step, most);
      if (n == 0) {
        return 0;
      }
      n = Strings.run(to, target, i.addressMask, c.readEnd[Cpu.ES], step, n);
      int src = c.directRead(source);
      int dst = c.directRead(target);
      if (n == 0 || src < 0 || dst < 0) {
        return 0;
      }
      byte[] store = c.memory.store();
      boolean whileEqual = i.rep == 0xF3;
      for (int k = 0; k < n; k++) {
        if ((W.get(store, src) == W.get(store, dst)) != whileEqual) {
          return k + 1;
        }
        src += step;
        dst += step;
      }
      return n;
    }
  }

  public static final class Scas extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      int step = Strings.step(c, W.size());
      int a = W.register(c, Cpu.EAX);
      if (i.rep == 0) {
        int b = target(c, i);
        Strings.advance(c, i, Cpu.EDI, step);
        W.compare(c, a, b);
        return;
      }
      int left = Strings.budget(c, Strings.count(c, i), Strings.MAX_ITERATIONS);
      if (left == 0) {
        return;
      }
      boolean whileEqual = i.rep == 0xF3;
      int b;
      do {
        int n = Math.max(run(c, i, a, step, left), 1);
        Strings.advance(c, i, Cpu.EDI, (n - 1) * step);
        b = target(c, i);
        Strings.advance(c, i, Cpu.EDI, step);
        Strings.advance(c, i, Cpu.ECX, -n);
        left -= n;
      } while (left > 0 && (a == b) == whileEqual && c.debugTraps == 0);
      W.compare(c, a, b);
      if ((a == b) == whileEqual && Strings.count(c, i) != 0) {
        Strings.again(c, i);
      }
    }

    private static int target(Cpu c, Insn i) {
      return W.load(c, c.forRead(Cpu.ES, c.gpr[Cpu.EDI] & i.addressMask, W.size()));
    }

    private static int run(Cpu c, Insn i, int a, int step, int most) {
      int to = c.gpr[Cpu.EDI] & i.addressMask;
      int target = c.segBase[Cpu.ES] + to;
      int n = Strings.run(to, target, i.addressMask, c.readEnd[Cpu.ES], step, most);
      int dst = c.directRead(target);
      if (n == 0 || dst < 0) {
        return 0;
      }
      byte[] store = c.memory.store();
      boolean whileEqual = i.rep == 0xF3;
      for (int k = 0; k < n; k++) {
        if ((W.get(store, dst) == a) != whileEqual) {
          return k + 1;
        }
        dst += step;
      }
      return n;
    }
  }
}
