package io.transvisor.bt.interp;

import io.transvisor.bt.interp.Semantics.Sized;
import io.transvisor.bt.isa.Handler;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.isa.Specializer;
import java.lang.invoke.MethodHandles;

/** MOVS, STOS and LODS. */
final class StringCopies {
  private StringCopies() {}

  public static final class Movs extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      if (i.rep == 0) {
        one(c, i);
        return;
      }
      int step = Strings.step(c, W.size());
      int left = Strings.budget(c, Strings.count(c, i), Strings.MAX_ITERATIONS);
      while (left > 0) {
        int n = run(c, i, step, left);
        if (n == 0) {
          one(c, i);
          n = 1;
        }
        Strings.advance(c, i, Cpu.ECX, -n);
        left -= n;
        if (c.debugTraps != 0) {
          break;
        }
      }
      if (Strings.count(c, i) != 0) {
        Strings.again(c, i);
      }
    }

    private static void one(Cpu c, Insn i) {
      int source = c.forRead(i.seg, c.gpr[Cpu.ESI] & i.addressMask, W.size());
      int value = W.load(c, source);
      W.store(c, c.forWrite(Cpu.ES, c.gpr[Cpu.EDI] & i.addressMask, W.size()), value);
      int step = Strings.step(c, W.size());
      Strings.advance(c, i, Cpu.ESI, step);
      Strings.advance(c, i, Cpu.EDI, step);
    }

    /** Copies what lies in one page at both ends; 0 if nothing can be copied this way. */
    private static int run(Cpu c, Insn i, int step, int most) {
      int from = c.gpr[Cpu.ESI] & i.addressMask;
      int to = c.gpr[Cpu.EDI] & i.addressMask;
      int source = c.segBase[i.seg] + from;
      int target = c.segBase[Cpu.ES] + to;
      int n = Strings.run(from, source, i.addressMask, c.readEnd[i.seg], step, most);
      if (n == 0) {
        return 0;
      }
      n = Strings.run(to, target, i.addressMask, c.writeEnd[Cpu.ES], step, n);
      int src = c.directRead(source);
      int dst = c.directWrite(target);
      if (n == 0 || src < 0 || dst < 0) {
        return 0;
      }
      byte[] store = c.memory.store();
      if (step > 0) {
        copyUp(store, src, dst, n);
      } else {
        copyDown(store, src, dst, n);
      }
      Strings.advance(c, i, Cpu.ESI, n * step);
      Strings.advance(c, i, Cpu.EDI, n * step);
      return n;
    }

    private static void copyUp(byte[] store, int src, int dst, int n) {
      int length = n * W.size();
      int distance = dst - src;
      if (distance <= 0 || distance >= length) {
        System.arraycopy(store, src, store, dst, length);
      } else if (distance >= W.size()) {
        repeat(store, src, dst, length);
      } else {
        for (int k = 0; k < length; k += W.size()) {
          W.put(store, dst + k, W.get(store, src + k));
        }
      }
    }

    private static void copyDown(byte[] store, int src, int dst, int n) {
      int length = n * W.size();
      int low = length - W.size();
      int distance = src - dst;
      if (distance <= 0 || distance >= length) {
        System.arraycopy(store, src - low, store, dst - low, length);
      } else {
        for (int k = 0; k >= -low; k -= W.size()) {
          W.put(store, dst + k, W.get(store, src + k));
        }
      }
    }
  }

  /**
   * An ascending copy whose target starts inside its source: the bytes between the two starts
   * repeat. What has been written so far can be copied on in one piece, so each step doubles it.
   */
  static void repeat(byte[] store, int src, int dst, int length) {
    int done = 0;
    int period = dst - src;
    while (done < length) {
      int n = Math.min(period + done, length - done);
      // A whole number of periods, or the rest.
      System.arraycopy(store, src, store, dst + done, n);
      done += n;
    }
  }

  public static final class Stos extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      if (i.rep == 0) {
        one(c, i);
        return;
      }
      int step = Strings.step(c, W.size());
      int left = Strings.budget(c, Strings.count(c, i), Strings.MAX_ITERATIONS);
      while (left > 0) {
        int n = run(c, i, step, left);
        if (n == 0) {
          one(c, i);
          n = 1;
        }
        Strings.advance(c, i, Cpu.ECX, -n);
        left -= n;
        if (c.debugTraps != 0) {
          break;
        }
      }
      if (Strings.count(c, i) != 0) {
        Strings.again(c, i);
      }
    }

    private static void one(Cpu c, Insn i) {
      int linear = c.forWrite(Cpu.ES, c.gpr[Cpu.EDI] & i.addressMask, W.size());
      W.store(c, linear, W.register(c, Cpu.EAX));
      Strings.advance(c, i, Cpu.EDI, Strings.step(c, W.size()));
    }

    private static int run(Cpu c, Insn i, int step, int most) {
      int to = c.gpr[Cpu.EDI] & i.addressMask;
      int target = c.segBase[Cpu.ES] + to;
      int n = Strings.run(to, target, i.addressMask, c.writeEnd[Cpu.ES], step, most);
      int dst = c.directWrite(target);
      if (n == 0 || dst < 0) {
        return 0;
      }
      int low = step > 0 ? dst : dst - (n - 1) * W.size();
      fill(c.memory.store(), low, n, W.register(c, Cpu.EAX));
      Strings.advance(c, i, Cpu.EDI, n * step);
      return n;
    }

    private static void fill(byte[] store, int low, int n, int value) {
      int head = Math.min(n, 16);
      for (int k = 0; k < head; k++) {
        W.put(store, low + k * W.size(), value);
      }
      if (head < n) {
        int length = head * W.size();
        repeat(store, low, low + length, n * W.size() - length);
      }
    }
  }

  public static final class Lods extends Handler {
    private static final Width W =
        Specializer.semantics(MethodHandles.lookup(), Sized.class).width();

    @Override
    public void execute(Cpu c, Insn i) {
      if (i.rep == 0) {
        one(c, i);
        return;
      }
      int step = Strings.step(c, W.size());
      int left = Strings.budget(c, Strings.count(c, i), Strings.MAX_ITERATIONS);
      while (left > 0) {
        int n = run(c, i, step, left);
        if (n == 0) {
          one(c, i);
          n = 1;
        }
        Strings.advance(c, i, Cpu.ECX, -n);
        left -= n;
        if (c.debugTraps != 0) {
          break;
        }
      }
      if (Strings.count(c, i) != 0) {
        Strings.again(c, i);
      }
    }

    private static void one(Cpu c, Insn i) {
      int linear = c.forRead(i.seg, c.gpr[Cpu.ESI] & i.addressMask, W.size());
      W.setRegister(c, Cpu.EAX, W.load(c, linear));
      Strings.advance(c, i, Cpu.ESI, Strings.step(c, W.size()));
    }

    /** Of many loads from memory only the last is seen. */
    private static int run(Cpu c, Insn i, int step, int most) {
      int from = c.gpr[Cpu.ESI] & i.addressMask;
      int source = c.segBase[i.seg] + from;
      int n = Strings.run(from, source, i.addressMask, c.readEnd[i.seg], step, most);
      int src = c.directRead(source);
      if (n == 0 || src < 0) {
        return 0;
      }
      W.setRegister(c, Cpu.EAX, W.get(c.memory.store(), src + (n - 1) * step));
      Strings.advance(c, i, Cpu.ESI, n * step);
      return n;
    }
  }
}
