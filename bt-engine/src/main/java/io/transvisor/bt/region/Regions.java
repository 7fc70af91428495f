package io.transvisor.bt.region;

import io.transvisor.bt.cache.CodeCache;
import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.bt.interp.Mechanism;
import io.transvisor.bt.region.Region.Retirement;
import io.transvisor.bt.region.RegionCompilation.Finished;
import io.transvisor.core.cpu.CpuState;
import io.transvisor.core.device.CounterSink;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * The compiled regions of one CPU: decides which code is compiled, has it compiled on other
 * threads, and knows what is compiled. Used on the vCPU thread.
 */
public final class Regions implements Region.Observer {
  /** Fewest instructions that make sense as the most in a region. */
  private static final int MIN_INSNS = 12;

  /** Runs of a trace that is part of a region before it becomes the seed of one itself. */
  private static final int INNER_PATIENCE = 4_000;

  /** Runs of a trace that has a region and is interpreted all the same, before it is asked why. */
  private static final int SCATTER_PATIENCE = 400;

  /** Runs after which a trace is looked at again that became hot when the compiler was busy. */
  private static final int RETRY = 200;

  /** How often a region's code may change before it is left to the interpreter for long. */
  private static final int MAX_RETIREMENTS = 4;

  /** Bytes of memory that a byte of a method takes with what HotSpot makes of it. */
  private static final int MEMORY_PER_BYTE = 13;

  /** What a region is expected to retire that is not known: less than those that are. */
  private static final long NEW_HEAT = KnownRegions.LEAST_HEAT;

  /** How often code at a place is replaced by a region that was there before. */
  private static final int MAX_REVIVALS = 64;

  /** Runs after which a known region is looked for again whose pages were not all there. */
  private static final int KNOWN_RETRY = 16;

  private final Cpu c;
  private final CodeCache cache;
  private final EngineOptions options;
  private final Decoder decoder;
  private final RegionEntries entries = new RegionEntries();
  private final Map<Long, Integer> sizes = new HashMap<>();
  private final Map<Long, Integer> attempts = new HashMap<>();
  private final Map<Long, Integer> revivals = new HashMap<>();

  /** See {@link #lookAround}. */
  private final Map<Integer, Integer> looks = new HashMap<>();

  private final AdaptiveSites sites = new AdaptiveSites();
  private final Queue<Region> live = new ArrayDeque<>();

  /** Regions whose code has changed on one of their pages. */
  private final Queue<Region> changed = new ArrayDeque<>();

  private final RegionCompilation compilation;
  private final KnownRegions known = new KnownRegions();

  /** Most bytes that all live methods have together. */
  private final long maxBytes;

  private long liveBytes;
  private long compiled;
  private long profiled;
  private long revived;
  private long missed;
  private long tooLong;
  private final long[] retired = new long[Retirement.values().length];

  public Regions(Cpu cpu, CodeCache codeCache, EngineOptions engineOptions) {
    c = cpu;
    cache = codeCache;
    options = engineOptions;
    maxBytes = ((long) options.codeCache() << 20) / MEMORY_PER_BYTE;
    decoder = new Decoder(InstructionSet.TABLE, cpu.model);
    compilation = new RegionCompilation(cpu, options.repeatable());
  }

  /**
   * Starts to count a new trace's runs, or lets it be replaced by code there is. Returns false if
   * it is none of the regions' business.
   */
  public boolean watch(Trace t) {
    if (!isEligible(t)) {
      return false;
    }
    t.setPatience(options.patience());
    RegionEntry entry = entries.find(t.store(), t.mode());
    if (entry != null && entry.isValid()) {
      t.setCompiled(entry);
    } else if (options.has(Mechanism.REVIVAL)) {
      useKnown(t, false);
    }
    return true;
  }

  private boolean isEligible(Trace t) {
    return !cache.isBarrier(t.store());
  }

  /**
   * A trace has become hot; EIP points to it. Returns false if it is none of the regions' business.
   */
  public boolean consider(Trace t) {
    if (!isEligible(t)) {
      return false;
    }
    if (t.compiled() != null && t.compiled().isValid() && !giveUpScattered(t)) {
      t.setPatience(INNER_PATIENCE);
      return true;
    }
    if (options.has(Mechanism.REVIVAL) && useKnown(t, true)) {
      return true;
    }
    if (compilation.isBusy()) {
      // The hottest code comes back first.
      t.setPatience(RETRY);
      return true;
    }
    long key = RegionEntries.key(t.store(), t.mode());
    int size = sizes.getOrDefault(key, options.regionSize());
    int tried = attempts.merge(key, 1, Integer::sum);
    if (size < MIN_INSNS || tried > MAX_RETIREMENTS) {
      t.setPatience(INNER_PATIENCE * Math.max(1, tried));
      return true;
    }
    RegionPlan plan = new ControlFlow(c, cache, decoder, t, size, entries, sites, options).build();
    if (plan == null) {
      t.setPatience(INNER_PATIENCE);
      return true;
    }
    start(plan, c.segBase[CpuState.CS] + c.eip, NEW_HEAT, true);
    return true;
  }

  /**
   * Gives up the region of a trace if not all of it is mapped where it was, as happens where
   * programs place libraries at random: it is compiled anew in parts. Returns whether that is so.
   */
  private boolean giveUpScattered(Trace t) {
    Region region = t.compiled().region();
    int base = c.segBase[CpuState.CS] + c.eip - t.compiled().offset();
    List<Integer> missing = region.plan().missingAt(c, base);
    missing.forEach(page -> sites.setApart(t.store() >>> 12, page));
    if (!missing.isEmpty()) {
      retire(region, Retirement.SCATTERED);
    }
    return !missing.isEmpty();
  }

  /** Has a region compiled. */
  private void start(RegionPlan plan, int base, long heat, boolean counted) {
    RegionShape shape = RegionShape.of(plan);
    KnownRegion code = known.of(shape, shape.content(c.store, plan::storeOf));
    code.setLinear(base);
    Region region = new Region(plan, code, this);
    watchCode(region);
    cover(plan);
    compilation.start(region, heat, counted);
    if (options.repeatable()) {
      takeFinished();
    }
  }

  /**
   * Looks whether a region begins with a trace that was compiled before, at another place or in an
   * earlier run. Returns whether that is done, under way, or to be tried again.
   *
   * @param hot the trace has run often; else nothing is compiled that had to make room for others
   */
  private boolean useKnown(Trace t, boolean hot) {
    List<KnownRegion> candidates = known.at(c.store, t, hot);
    if (candidates.isEmpty() || cache.hasBarriers()) {
      return false;
    }
    long key = RegionEntries.key(t.store(), t.mode());
    if (compilation.isWaiting(key)) {
      t.setPatience(INNER_PATIENCE);
      return true;
    }
    int base = c.segBase[CpuState.CS] + c.eip;
    KnownRegion best = null;
    Map<Integer, Integer> pages = null;
    for (KnownRegion k : candidates) {
      if (best == null || k.earlierHeat() > best.earlierHeat()) {
        Map<Integer, Integer> found = k.pagesAt(c, base);
        pages = found == null ? pages : found;
        best = found == null ? best : k;
      }
    }
    if (best == null || revivals.merge(key, 1, Integer::sum) > MAX_REVIVALS) {
      int left = options.patience() - t.runs();
      t.setPatience(Math.min(Math.max(KNOWN_RETRY, 3 * t.runs()), Math.max(left, 1)));
      return left > 0;
    }
    t.setPatience(INNER_PATIENCE);
    if (best.isCompiled()) {
      revive(best, best.plan().at(t.store(), pages));
      return true;
    }
    if (compilation.isFull()) {
      t.setPatience(RETRY);
      return true;
    }
    int moved = base - best.linear();
    boolean started = startKnown(best, base, pages);
    if (started && (t.mode() & Cpu.MODE_USER) == 0) {
      lookAround(moved);
    }
    return started;
  }

  /**
   * Has a region compiled that an earlier run has found hot. Returns false if it cannot be built.
   */
  private boolean startKnown(KnownRegion k, int base, Map<Integer, Integer> pages) {
    if (!start(k, base, k.earlierHeat(), pages)) {
      return false;
    }
    profiled++;
    return true;
  }

  private boolean start(KnownRegion k, int base, long heat, Map<Integer, Integer> pages) {
    RegionPlan plan =
        ControlFlow.plan(c, cache, decoder, k.shape(), base, pages, entries, sites, options);
    if (plan == null) {
      return false;
    }
    start(plan, base, heat, false);
    return true;
  }

  /**
   * A kernel is mapped as a whole: where one of its regions is found, others are at the distance
   * they had, and can be compiled before they run. Done less and less often, since code is loaded
   * and patched in the meantime.
   *
   * @param moved linear distance to where the kernel was in the earlier run
   */
  private void lookAround(int moved) {
    if (Integer.bitCount(looks.merge(moved, 1, Integer::sum)) != 1) {
      return;
    }
    for (KnownRegion k : known.expected(c.modeWord)) {
      if (compilation.isFull()) {
        return;
      }
      int base = k.linear() + moved;
      Map<Integer, Integer> pages = k.pagesAt(c, base);
      if (pages != null) {
        startKnown(k, base, pages);
      }
    }
  }

  /** Gives code at another place what the same code was compiled to. */
  private void revive(KnownRegion code, RegionPlan plan) {
    Region region = new Region(plan, code, this);
    watchCode(region);
    cover(plan);
    known.reused(code);
    revived++;
    enter(region, code.result().again());
    log(region, "revived");
  }

  private void watchCode(Region region) {
    for (Block b : region.plan().blocks()) {
      int at = b.start;
      while (at < b.next()) {
        int store = region.plan().storeOf(at);
        int length = Math.min(b.next() - at, 4096 - (store & 0xFFF));
        cache.watch(store, length, region);
        at += length;
      }
    }
  }

  /** What is compiled with other code need not be compiled for itself. */
  private void cover(RegionPlan plan) {
    forEachTrace(
        plan,
        t -> {
          t.setCovered();
          t.setPatience(INNER_PATIENCE);
        });
  }

  /** Compiled code is no longer used: what of it is hot shall be compiled again. */
  private void uncover(RegionPlan plan) {
    forEachTrace(plan, t -> t.setPatience(options.patience()));
  }

  private void forEachTrace(RegionPlan plan, Consumer<Trace> action) {
    for (Block b : plan.blocks()) {
      for (int offset = b.start; offset < b.next(); offset++) {
        Trace t = cache.find(plan.storeOf(offset), plan.mode());
        if (t != null) {
          action.accept(t);
        }
      }
    }
  }

  @Override
  public void isHot(Region region, boolean first) {
    if (options.repeatable()) {
      return;
    }
    if (region.isValid() && options.has(Mechanism.ADAPTIVE) && couldUseDoubles(region.plan())) {
      adapt(region, region.code().checkedBase());
    } else if (first) {
      compilation.optimise(region);
    }
  }

  /** Whether it was compiled for more than 53 bits of precision, which nobody wants now. */
  private boolean couldUseDoubles(RegionPlan plan) {
    return plan.x87() == RegionPlan.X87.EXTENDED
        && DoubleWriter.canBeUsed(c.fpu.control)
        && !sites.extended().contains(plan.store());
  }

  /** Has a region compiled anew with what is known now. */
  private void adapt(Region region, int base) {
    retire(region, Retirement.ADAPTED);
    if (c.modeWord == region.plan().mode()) {
      start(region.known(), base, NEW_HEAT, region.plan().pageMap());
    }
  }

  @Override
  public void retired(Region region) {
    Retirement why = region.retirement();
    retired[why.ordinal()]++;
    log(region, "retired: " + name(why));
    if (why == Retirement.CODE_CHANGED) {
      changed.add(region);
    }
    if (why == Retirement.ADAPTED || why == Retirement.SCATTERED) {
      known.forget(region.known());
    }
    if (region.code() == null) {
      return;
    }
    region.reportHeat();
    live.remove(region);
    liveBytes -= region.bytes();
    if (region.known().end()) {
      if (why == Retirement.CODE_CHANGED) {
        known.unused(region.known());
      } else {
        region.known().forgetCode();
      }
    }
  }

  private static String name(Retirement why) {
    return why.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void log(Region region, String what) {
    if (c.log != null) {
      RegionPlan plan = region.plan();
      c.log.region(
          "store=%08x mode=%02x blocks=%d instructions=%d %s"
              .formatted(
                  plan.store(), plan.mode(), plan.blocks().size(), region.instructions(), what));
    }
  }

  /** Takes over what has been compiled since the last time. */
  public void takeFinished() {
    while (!changed.isEmpty()) {
      unwatch(changed.remove());
    }
    Finished next = compilation.poll();
    while (next != null) {
      publish(next.region(), next.result());
      next = compilation.poll();
    }
  }

  private void publish(Region region, RegionCompiler.Result result) {
    RegionPlan plan = region.plan();
    long seed = RegionEntries.key(plan.store(), plan.mode());
    if (result.code() != null) {
      compiled++;
      region.known().setCompiled(plan, result);
      plan.blocks().forEach(Block::trim);
    }
    if (!region.isValid()) {
      known.unused(region.known());
      return;
    }
    if (result.code() == null) {
      tooLong++;
      unwatch(region);
      known.forget(region.known());
      sizes.put(seed, result.bytes() == 0 ? 0 : sizes.getOrDefault(seed, options.regionSize()) / 2);
      attempts.remove(seed);
      Trace t = cache.find(plan.store(), plan.mode());
      if (t != null) {
        t.setPatience(options.patience());
      }
      return;
    }
    log(region, "compiled to %d bytes".formatted(result.bytes()));
    enter(region, result);
  }

  /** Lets a region be entered from now on. */
  private void enter(Region region, RegionCompiler.Result result) {
    RegionPlan plan = region.plan();
    region.setCode(result);
    region.known().begin();
    live.add(region);
    liveBytes += result.bytes();
    for (Block b : plan.entries()) {
      int store = plan.storeOf(b.start);
      RegionEntry entry = entries.at(store, plan.mode());
      if (b.start != 0 && entry.isValid()) {
        continue;
      }
      region.enterAt(entry, b);
      Trace t = cache.find(store, plan.mode());
      if (t != null) {
        t.setCompiled(entry);
        t.setPatience(SCATTER_PATIENCE);
      }
    }
    if (liveBytes > maxBytes) {
      makeRoom();
    }
  }

  /**
   * A region was left before an instruction whose memory cannot be accessed directly. If that
   * happens often, the region is compiled anew with the instruction left to its handler, or with
   * the accesses of a window looked up one by one.
   *
   * @param site number of the instruction in the region
   * @param linear its linear address
   */
  public void missed(Region region, int site, int linear) {
    missed++;
    if (!options.has(Mechanism.ADAPTIVE)) {
      return;
    }
    int store = region.plan().storeOf(region.siteOffset(site));
    if (!sites.missed(store, c.instructions)) {
      return;
    }
    int[] window = region.window(site);
    if (region.plan().doubles() && c.missedAddress == Region.VALUES) {
      sites.extended().add(region.plan().store());
    } else if (window == null) {
      sites.slow().add(store);
    } else {
      for (int offset : window) {
        sites.alone().add(region.plan().storeOf(offset));
      }
    }
    adapt(region, linear - region.siteOffset(site));
  }

  /** How a trace's code is run, in a few words. */
  public String state(Trace t) {
    if (t.compiled() == null) {
      Integer size = sizes.get(RegionEntries.key(t.store(), t.mode()));
      return size == null ? "interpreted" : "interpreted: too long or too short to compile";
    }
    if (!t.compiled().isValid()) {
      return "interpreted, retired: " + name(t.compiled().retirement());
    }
    Region region = t.compiled().region();
    return "region of %d instructions, %s"
        .formatted(region.instructions(), RegionCompiler.compilerOf(region.code()));
  }

  private void unwatch(Region region) {
    int[] pages = region.plan().pages();
    for (int n = 1; n < pages.length; n += 2) {
      cache.unwatch(pages[n], region);
    }
  }

  /**
   * The regions go that were used least since room was made last; some, since looking takes time.
   */
  private void makeRoom() {
    record Use(Region region, long instructions) {}
    List<Use> coldest =
        live.stream()
            .limit(live.size() / 4 * 3)
            .map(r -> new Use(r, r.reportHeat()))
            .sorted(Comparator.comparingLong(Use::instructions))
            .toList();
    for (Use u : coldest) {
      if (liveBytes <= maxBytes / 8 * 7) {
        break;
      }
      retire(u.region, Retirement.NO_ROOM);
    }
  }

  /** Other code may take its place. */
  private void retire(Region region, Retirement why) {
    unwatch(region);
    region.retire(why);
    attempts.remove(RegionEntries.key(region.plan().store(), region.plan().mode()));
    uncover(region.plan());
  }

  /** Takes over what an earlier run of the guest found hot. */
  public void load(RegionProfile profile) {
    known.load(profile);
  }

  /** What this run and the one before found hot. */
  public RegionProfile profile() {
    live.forEach(Region::reportHeat);
    return known.profile();
  }

  /** Regions compiled so far. */
  public long compiled() {
    return compiled;
  }

  /** What happened to regions, for statistics. */
  public void counters(CounterSink sink) {
    sink.count("regions.compiled", compiled);
    sink.count("regions.from-profile", profiled);
    sink.count("regions.revived", revived);
    sink.count("regions.unused.bytes", known.unusedBytes());
    sink.count("regions.live", live.size());
    sink.count("regions.live.bytes", liveBytes);
    sink.count("regions.too-long", tooLong);
    for (Retirement why : Retirement.values()) {
      sink.count("regions.retired." + name(why), retired[why.ordinal()]);
    }
    sink.count("regions.adaptive.sites", sites.slow().size());
    sink.count("regions.adaptive.windows", sites.alone().size());
    sink.count("regions.misses", missed);
    compilation.counters(sink);
  }
}
