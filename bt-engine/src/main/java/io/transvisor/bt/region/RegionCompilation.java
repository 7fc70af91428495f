package io.transvisor.bt.region;

import io.transvisor.bt.interp.Cpu;
import io.transvisor.core.cpu.SampledEvent;
import io.transvisor.core.device.CounterSink;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Regions on their way through the compiler, which works on threads of its own. The virtual CPU's
 * thread starts them and takes them when they are done.
 */
final class RegionCompilation {
  private static final Logger LOG = LoggerFactory.getLogger(RegionCompilation.class);

  /** Regions that wait for the compiler or are in it; more would only be out of date by then. */
  private static final int MAX_PENDING = 6;

  /**
   * Known regions and others that wait. More would only take room: what is hot by then comes again.
   */
  private static final int MAX_WAITING = 256;

  /** While HotSpot compiles one region the next is written. */
  private static final int WRITERS = 2;

  /**
   * A region that is done.
   *
   * @param result without code if it was not compiled
   * @param counted it was one of {@link #MAX_PENDING}
   */
  record Finished(Region region, RegionCompiler.Result result, boolean counted) {}

  private final Cpu cpu;
  private final CompileQueue compiler;

  /** Has those optimised that are compiled and hot. */
  private final CompileQueue optimiser;

  private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();
  private final AtomicLong nanos = new AtomicLong();

  /** Where the seeds of regions are that wait for the compiler or are in it. */
  private final Set<Long> waiting = new HashSet<>();

  private int pending;
  private long optimised;

  /**
   * @param cpu runs the regions
   * @param atOnce regions are compiled when they are started
   */
  RegionCompilation(Cpu cpu, boolean atOnce) {
    this.cpu = cpu;
    compiler = atOnce ? null : new CompileQueue("region-compiler", WRITERS);
    optimiser = atOnce ? null : new CompileQueue("region-optimiser", 1);
  }

  /** Whether so many hot regions wait that the next had better come again. */
  boolean isBusy() {
    return pending == MAX_PENDING;
  }

  /** Whether so many regions wait that the next had better come again. */
  boolean isFull() {
    return waiting.size() >= MAX_WAITING;
  }

  /** Whether a region with this seed waits or is being compiled. */
  boolean isWaiting(long seed) {
    return waiting.contains(seed);
  }

  /**
   * Has a region compiled.
   *
   * @param heat instructions that are expected to be retired in it
   * @param counted it counts for {@link #isBusy}
   */
  void start(Region region, long heat, boolean counted) {
    if (counted) {
      pending++;
    }
    waiting.add(seed(region));
    if (compiler == null) {
      finished.add(new Finished(region, compiled(region), counted));
    } else {
      compiler.add(heat, () -> compile(region, counted));
    }
  }

  private static long seed(Region region) {
    return RegionEntries.key(region.plan().store(), region.plan().mode());
  }

  private void compile(Region region, boolean counted) {
    RegionCompiler.Result result = new RegionCompiler.Result(null, null, null, 0);
    try {
      // One whose code has changed while it waited is not worth it.
      if (region.isValid()) {
        result = compiled(region);
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("a region could not be compiled and stays interpreted", e);
    }
    finished.add(new Finished(region, result, counted));
  }

  private RegionCompiler.Result compiled(Region region) {
    long begun = SampledEvent.now();
    try {
      return new RegionCompiler(region.plan(), cpu).compile();
    } finally {
      nanos.addAndGet(SampledEvent.now() - begun);
    }
  }

  /** Has a region's code made as good as can be, while it is in use. */
  void optimise(Region region) {
    optimised++;
    optimiser.add(
        0,
        () -> {
          // One whose code has changed while it waited is not worth it.
          if (region.isValid()) {
            RegionCompiler.optimise(region.code());
          }
        });
  }

  /** The next region that is done, or null. */
  Finished poll() {
    Finished next = finished.poll();
    if (next != null) {
      if (next.counted) {
        pending--;
      }
      waiting.remove(seed(next.region));
    }
    return next;
  }

  void counters(CounterSink sink) {
    sink.count("regions.optimised", optimised);
    sink.count("regions.compiler.ns", nanos.get());
  }
}
