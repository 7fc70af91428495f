package io.transvisor.bt.region;

import com.google.common.primitives.Ints;
import io.transvisor.bt.cache.CodeCache;
import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.Mechanism;
import io.transvisor.bt.isa.Insn;
import io.transvisor.core.cpu.CpuState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the region around a hot trace: follows jumps, calls and returns from it to code that runs
 * about as often, the hottest first, as far as the size allows. Calls inside the region are jumps
 * that push a return address; returns are looked up among the places behind those calls.
 */
final class ControlFlow {
  /** Most linear pages a region touches. */
  private static final int MAX_PAGES = 16;

  /** Code that has run less often than this part of the seed's runs is left out. */
  private static final int COLD = 32;

  /** Code that has run less often than this is left out however cold the seed is. */
  private static final int LEAST_RUNS = 4;

  /** Functions of at most so many instructions are taken in wherever they are called. */
  private static final int SMALL = 24;

  /** A place to go on at, and how often the code there has run. */
  private record Place(int offset, int runs, int found) {}

  private final Cpu c;
  private final CodeCache cache;
  private final Decoder decoder;
  private final int maxInsns;
  private final RegionEntries entries;
  private final boolean inline;
  private final AdaptiveSites sites;
  private final byte[] straddling = new byte[2 * Decoder.MAX_LENGTH];

  private final int base;
  private final int store;
  private final boolean user;
  private final boolean code32;

  private final TreeMap<Integer, Insn> insns = new TreeMap<>();
  private final Set<Integer> leaders = new HashSet<>();
  private final Set<Integer> returnPoints = new HashSet<>();
  private final Map<Integer, List<Integer>> observed = new HashMap<>();
  private final Map<Integer, Integer> pageOf = new HashMap<>();
  private final int seedRuns;
  private final int leastRuns;

  /** Found but not decoded yet; of equally hot ones the first found comes first. */
  private final Queue<Place> work =
      new PriorityQueue<>(
          Comparator.comparingInt(Place::runs).reversed().thenComparingInt(Place::found));

  /**
   * @param seed the hot trace; EIP points to it
   * @param maxInsns most guest instructions in the region
   * @param entries where other regions may be entered
   * @param sites what is known of instructions by their place in the store
   */
  ControlFlow(
      Cpu c,
      CodeCache cache,
      Decoder decoder,
      Trace seed,
      int maxInsns,
      RegionEntries entries,
      AdaptiveSites sites,
      EngineOptions options) {
    this(
        c,
        cache,
        decoder,
        c.segBase[CpuState.CS] + c.eip,
        seed.store(),
        seed.runs(),
        maxInsns,
        entries,
        sites,
        options);
  }

  private ControlFlow(
      Cpu c,
      CodeCache cache,
      Decoder decoder,
      int base,
      int store,
      int seedRuns,
      int maxInsns,
      RegionEntries entries,
      AdaptiveSites sites,
      EngineOptions options) {
    this.c = c;
    this.cache = cache;
    this.decoder = decoder;
    this.maxInsns = maxInsns;
    this.entries = options.has(Mechanism.CHAINING) ? entries : null;
    this.inline = options.has(Mechanism.INLINE) && !c.callouts.isLogged();
    this.sites = sites;
    this.base = base;
    this.store = store;
    this.seedRuns = seedRuns;
    this.leastRuns = Math.max(LEAST_RUNS, seedRuns / COLD);
    this.user = (c.modeWord & Cpu.MODE_USER) != 0;
    this.code32 = (c.modeWord & Cpu.MODE_CODE32) != 0;
  }

  /**
   * The region of a shape that has been found somewhere, in the CPU's mode.
   *
   * @param base linear address of its base
   * @param pages where its pages are in the store
   * @return null if it cannot be built now
   */
  static RegionPlan plan(
      Cpu c,
      CodeCache cache,
      Decoder decoder,
      RegionShape shape,
      int base,
      Map<Integer, Integer> pages,
      RegionEntries entries,
      AdaptiveSites sites,
      EngineOptions options) {
    int store = pages.get(0) << 12 | shape.inPage();
    ControlFlow flow =
        new ControlFlow(c, cache, decoder, base, store, 0, 0, entries, sites, options);
    flow.pageOf.putAll(pages);
    return flow.build(shape);
  }

  /** The region, or null where there is nothing worth compiling. */
  RegionPlan build() {
    decoder.setFlatData((c.modeWord & Cpu.MODE_FLAT_DATA) != 0);
    leaders.add(0);
    work.add(new Place(0, Integer.MAX_VALUE, 0));
    while (!work.isEmpty() && insns.size() < maxInsns) {
      decodeFrom(work.remove().offset);
    }
    if (insns.isEmpty() || !insns.containsKey(0)) {
      return null;
    }
    return plan();
  }

  private RegionPlan build(RegionShape shape) {
    decoder.setFlatData((c.modeWord & Cpu.MODE_FLAT_DATA) != 0);
    for (int n = 0; n < shape.blocks().length; n += 2) {
      leaders.add(shape.blocks()[n]);
      int at = shape.blocks()[n];
      while (at < shape.blocks()[n + 1]) {
        Insn i = decode(at);
        if (i == null) {
          return null;
        }
        insns.put(at, i);
        at = i.next;
      }
    }
    for (int offset : shape.returnPoints()) {
      returnPoints.add(offset);
    }
    shape.observed().forEach((branch, targets) -> observed.put(branch, Ints.asList(targets)));
    for (int offset : shape.slow()) {
      sites.slow().add(place(offset));
    }
    return plan();
  }

  private RegionPlan plan() {
    return new RegionLayout(insns, leaders, returnPoints, observed)
        .plan(
            store,
            c.modeWord,
            pageOf,
            offsetsAmong(sites.slow()),
            inline,
            offsetsAmong(sites.alone()),
            x87(),
            this::outside);
  }

  private RegionPlan.X87 x87() {
    if (insns.values().stream().allMatch(i -> X87Operation.of(i) == null)) {
      return RegionPlan.X87.NONE;
    }
    return DoubleWriter.canBeUsed(c.fpu.control) && !sites.extended().contains(store)
        ? RegionPlan.X87.DOUBLES
        : RegionPlan.X87.EXTENDED;
  }

  /** What may be entered at an offset outside of the region; null where that is not known. */
  private RegionEntry outside(int offset) {
    if (entries == null || (c.modeWord & Cpu.MODE_FLAT_CODE) == 0) {
      return null;
    }
    int at = c.mmu.peekCode(base + offset, user);
    return at < 0 || cache.isBarrier(at) ? null : entries.at(at, c.modeWord);
  }

  /** Offsets of the instructions whose places in the store are among some. */
  private Set<Integer> offsetsAmong(Set<Integer> stores) {
    Set<Integer> offsets = new HashSet<>();
    for (int offset : insns.keySet()) {
      if (stores.contains(place(offset))) {
        offsets.add(offset);
      }
    }
    return offsets;
  }

  /** Decodes a run of instructions up to one that ends it or to one that is known. */
  private void decodeFrom(int offset) {
    int at = offset;
    while (!insns.containsKey(at) && insns.size() < maxInsns) {
      Insn i = decode(at);
      if (i == null) {
        return;
      }
      insns.put(at, i);
      if (i.form == null) {
        return;
      }
      if (i.form.endsTrace()) {
        follow(i);
        return;
      }
      at = i.next;
    }
  }

  private Insn decode(int offset) {
    int at = place(offset);
    if (at < 0 || cache.isBarrier(at)) {
      return null;
    }
    int pageEnd = (at | 0xFFF) + 1;
    Insn i = decoder.decode(c.store, at, pageEnd, code32, offset);
    if (i != null) {
      return i;
    }
    int first = pageEnd - at;
    int second = place(offset + first);
    if (second < 0) {
      return null;
    }
    System.arraycopy(c.store, at, straddling, 0, Math.min(first, Decoder.MAX_LENGTH));
    System.arraycopy(c.store, second, straddling, first, Decoder.MAX_LENGTH);
    return decoder.decode(straddling, 0, first + Decoder.MAX_LENGTH, code32, offset);
  }

  /** Where the byte at an offset is in the store; -1 if the region cannot reach there. */
  private int place(int offset) {
    int page = ((base & 0xFFF) + offset) >> 12;
    Integer known = pageOf.get(page);
    if (known == null) {
      if (pageOf.size() == MAX_PAGES) {
        return -1;
      }
      int at = c.mmu.peekCode(base + offset, user);
      if (at < 0 || isApart(at >>> 12)) {
        return -1;
      }
      known = at >>> 12;
      pageOf.put(page, known);
    }
    return known << 12 | base + offset & 0xFFF;
  }

  private boolean isApart(int page) {
    return pageOf.values().stream().anyMatch(other -> sites.areApart(page, other));
  }

  /** Goes on behind an instruction that ends a run. */
  private void follow(Insn i) {
    switch (Branches.endOf(i)) {
      case BRANCH -> {
        want(Branches.target(i), false);
        want(i.next, false);
      }
      case JUMP -> want(Branches.target(i), false);
      case CALL -> {
        want(Branches.target(i), false);
        wantReturnPoint(i.next);
      }
      case INDIRECT -> {
        if (i.form.mnemonic().equals("call")) {
          wantReturnPoint(i.next);
        }
        if (!i.form.mnemonic().equals("ret")) {
          wantObserved(i);
        }
      }
      case CALLOUT -> want(i.next, true);
      case LEAVE, FALL_THROUGH -> {}
    }
  }

  /**
   * Whether a region can be entered there: better than to repeat what is in it. What little the way
   * there costs is soon lost again by code that the host's caches cannot hold.
   */
  private static boolean isCompiled(Trace t) {
    return t != null
        && t.compiled() != null
        && t.compiled().isValid()
        && t.compiled().region().instructions() > SMALL;
  }

  private void wantReturnPoint(int offset) {
    if (want(offset, false)) {
      returnPoints.add(offset);
    }
  }

  /** The targets an indirect jump or call was seen to go to. */
  private void wantObserved(Insn i) {
    Trace t = traceEndingAt(i);
    if (t == null) {
      return;
    }
    List<Integer> targets = new ArrayList<>();
    for (int linear : t.observedTargets()) {
      if (want(linear - base, false)) {
        targets.add(linear - base);
      }
    }
    observed.put(i.start, targets);
  }

  /** A trace whose last instruction this is: the one that was run last keeps the targets. */
  private Trace traceEndingAt(Insn i) {
    for (Map.Entry<Integer, Insn> e : insns.headMap(i.start, true).descendingMap().entrySet()) {
      if (i.start - e.getKey() > 512) {
        return null;
      }
      int at = place(e.getKey());
      Trace t = at < 0 ? null : cache.find(at, c.modeWord);
      if (t != null && e.getKey() + t.bytes() == i.next && t.observedTargets().length > 0) {
        return t;
      }
    }
    return null;
  }

  /** Takes in code at an offset if it has run often enough; whether it belongs to the region. */
  private boolean want(int offset, boolean always) {
    if (!leaders.contains(offset)) {
      int at = place(offset);
      if (at < 0 || cache.isBarrier(at)) {
        return false;
      }
      Trace t = cache.find(at, c.modeWord);
      // Runs inside of compiled code are not counted, but it was compiled because it is hot.
      int runs = t == null ? 0 : t.isCovered() ? Math.max(t.runs(), seedRuns) : t.runs();
      if (runs < leastRuns && !always || isCompiled(t)) {
        return false;
      }
      leaders.add(offset);
      work.add(new Place(offset, runs, leaders.size()));
    }
    return true;
  }
}
