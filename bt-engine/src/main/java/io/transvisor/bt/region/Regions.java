package io.transvisor.bt.region;

import io.transvisor.bt.cache.CodeCache;
import io.transvisor.bt.cache.Trace;
import io.transvisor.bt.decode.Decoder;
import io.transvisor.bt.interp.Cpu;
import io.transvisor.bt.interp.EngineOptions;
import io.transvisor.bt.interp.InstructionSet;
import io.transvisor.bt.interp.Mechanism;
import io.transvisor.bt.isa.Insn;
import io.transvisor.bt.region.Region.Retirement;
import io.transvisor.core.cpu.SampledEvent;
import io.transvisor.core.device.CounterSink;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compiled regions of one CPU: decides which code is compiled, has it compiled on another
 * thread, and knows what is compiled. Used on the vCPU thread.
 */
public final class Regions {
  private static final Logger LOG = LoggerFactory.getLogger(Regions.class);

  /** Fewest instructions that make sense as the most in a region. */
  private static final int MIN_INSNS = 12;

  /** Runs of a trace that is part of a region before it becomes the seed of one itself. */
  private static final int INNER_PATIENCE = 4_000;

  /** Regions that wait for the compiler or are in it; more would only be out of date by then. */
  private static final int MAX_PENDING = 3;

  /** Runs after which a trace is looked at again that became hot when the compiler was busy. */
  private static final int RETRY = 200;

  /** How often a region's code may change before it is left to the interpreter for long. */
  private static final int MAX_RETIREMENTS = 4;

  /** Length of all live methods together, in bytes. */
  private static final int MAX_METHOD_BYTES = 32 << 20;

  private record Finished(Region region, RegionCompiler.Result result) {}

  private final Cpu c;
  private final CodeCache cache;
  private final EngineOptions options;
  private final Decoder decoder;
  private final RegionEntries entries = new RegionEntries();
  private final Map<Long, Integer> sizes = new HashMap<>();
  private final Map<Long, Integer> attempts = new HashMap<>();

  private final AdaptiveSites sites = new AdaptiveSites();
  private final Queue<Region> live = new ArrayDeque<>();
  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();
  private final ExecutorService compiler;
  private int pending;
  private long liveBytes;
  private long compiled;
  private long missed;
  private long tooLong;
  private final long[] retired = new long[Retirement.values().length];
  private final AtomicLong compileNanos = new AtomicLong();

  public Regions(Cpu cpu, CodeCache codeCache, EngineOptions engineOptions) {
    c = cpu;
    cache = codeCache;
    options = engineOptions;
    decoder = new Decoder(InstructionSet.TABLE, cpu.model);
    compiler = options.background() ? newCompilerThread() : null;
  }

  private static ExecutorService newCompilerThread() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            5,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "region-compiler");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  private static long key(int store, int mode) {
    return (long) store << 8 | mode;
  }

  /**
   * Starts to count a new trace's runs, or lets it be replaced by code there is. Returns false if
   * it is none of the regions' business.
   */
  public boolean watch(Trace t) {
    if (!isEligible(t)) {
      return false;
    }
    RegionEntry known = entries.at(t.store(), t.mode());
    if (known.isValid()) {
      t.setCompiled(known);
    }
    t.setPatience(options.patience());
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
    if (t.compiled() != null && t.compiled().isValid()) {
      t.setPatience(INNER_PATIENCE);
      return true;
    }
    if (pending == MAX_PENDING) {
      // The hottest code comes back first.
      t.setPatience(RETRY);
      return true;
    }
    long key = key(t.store(), t.mode());
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
    Region region = new Region(plan, this::retired);
    watchCode(region);
    postponeInner(plan);
    pending++;
    if (compiler == null) {
      publish(new Finished(region, compiled(plan)));
    } else {
      compiler.execute(() -> compile(region));
    }
    return true;
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

  private void postponeInner(RegionPlan plan) {
    for (Block b : plan.blocks()) {
      for (Insn i : b.insns) {
        Trace inner = cache.find(plan.storeOf(i.start), plan.mode());
        if (inner != null) {
          inner.setCovered();
          inner.setPatience(INNER_PATIENCE);
        }
      }
    }
  }

  private void compile(Region region) {
    try {
      finished.add(new Finished(region, compiled(region.plan())));
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("a region could not be compiled and stays interpreted", e);
      finished.add(new Finished(region, new RegionCompiler.Result(null, null, null, 0)));
    }
  }

  private void retired(Region region) {
    Retirement why = region.retirement();
    retired[why.ordinal()]++;
    log(region, "retired: " + name(why));
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
                  plan.store(), plan.mode(), plan.blocks().size(), plan.instructions(), what));
    }
  }

  private RegionCompiler.Result compiled(RegionPlan plan) {
    long begun = SampledEvent.now();
    try {
      return new RegionCompiler(plan).compile();
    } finally {
      compileNanos.addAndGet(SampledEvent.now() - begun);
    }
  }

  /** Takes over what has been compiled since the last time. */
  public void takeFinished() {
    Finished next = finished.poll();
    while (next != null) {
      publish(next);
      next = finished.poll();
    }
  }

  private void publish(Finished f) {
    pending--;
    Region region = f.region;
    RegionPlan plan = region.plan();
    long seed = key(plan.store(), plan.mode());
    if (f.result.code() == null) {
      tooLong++;
      unwatch(region);
      sizes.put(
          seed, f.result.bytes() == 0 ? 0 : sizes.getOrDefault(seed, options.regionSize()) / 2);
      attempts.remove(seed);
      Trace t = cache.find(plan.store(), plan.mode());
      if (t != null) {
        t.setPatience(options.patience());
      }
      return;
    }
    if (!region.isValid()) {
      return;
    }
    region.setCode(f.result);
    compiled++;
    log(region, "compiled to %d bytes".formatted(f.result.bytes()));
    live.add(region);
    liveBytes += f.result.bytes();
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
      }
    }
    while (liveBytes > MAX_METHOD_BYTES) {
      retire(live.remove());
    }
  }

  /**
   * A region was left before an instruction whose memory cannot be accessed directly. If that
   * happens often, the region is compiled anew with the instruction left to its handler, or with
   * the accesses of a window looked up one by one.
   *
   * @param site number of the instruction in the region
   */
  public void missed(Region region, int site) {
    missed++;
    if (!options.has(Mechanism.ADAPTIVE)) {
      return;
    }
    int store = region.plan().storeOf(region.siteOffset(site));
    if (!sites.missed(store, c.instructions)) {
      return;
    }
    int[] window = region.window(site);
    if (window == null) {
      sites.slow().add(store);
    } else {
      for (int offset : window) {
        sites.alone().add(region.plan().storeOf(offset));
      }
    }
    attempts.remove(key(region.plan().store(), region.plan().mode()));
    unwatch(region);
    region.retire(Retirement.ADAPTED);
    for (Block b : region.plan().entries()) {
      Trace t = cache.find(region.plan().storeOf(b.start), region.plan().mode());
      if (t != null) {
        t.setPatience(options.patience());
      }
    }
  }

  /** How a trace's code is run, in a few words. */
  public String state(Trace t) {
    if (t.compiled() == null) {
      Integer size = sizes.get(key(t.store(), t.mode()));
      return size == null ? "interpreted" : "interpreted: too long or too short to compile";
    }
    Region region = t.compiled().region();
    if (!region.isValid()) {
      return "interpreted, retired: " + name(region.retirement());
    }
    return "region of %d instructions".formatted(region.plan().instructions());
  }

  private void unwatch(Region region) {
    int[] pages = region.plan().pages();
    for (int n = 1; n < pages.length; n += 2) {
      cache.unwatch(pages[n], region);
    }
  }

  /** Makes room: what is still hot will be compiled again. */
  private void retire(Region region) {
    unwatch(region);
    region.retire(Retirement.NO_ROOM);
    liveBytes -= region.bytes();
    RegionPlan plan = region.plan();
    attempts.remove(key(plan.store(), plan.mode()));
  }

  /** Regions compiled so far. */
  public long compiled() {
    return compiled;
  }

  /** What happened to regions, for statistics. */
  public void counters(CounterSink sink) {
    sink.count("regions.compiled", compiled);
    sink.count("regions.live", live.stream().filter(Region::isValid).count());
    sink.count("regions.live.bytes", liveBytes);
    sink.count("regions.too-long", tooLong);
    for (Retirement why : Retirement.values()) {
      sink.count("regions.retired." + name(why), retired[why.ordinal()]);
    }
    sink.count("regions.adaptive.sites", sites.slow().size());
    sink.count("regions.adaptive.windows", sites.alone().size());
    sink.count("regions.misses", missed);
    sink.count("regions.compiler.ns", compileNanos.get());
  }
}
