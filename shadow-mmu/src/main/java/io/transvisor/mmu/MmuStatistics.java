package io.transvisor.mmu;

import io.transvisor.core.cpu.SampledEvent;
import io.transvisor.core.device.CounterSink;

/** What the address translation of one vCPU has done since power-on. */
public final class MmuStatistics {
  /** Walks that entered a translation into a shadow: the guest did not notice. */
  public long hiddenFaults;

  /** Page faults on their way to the guest. */
  public long trueFaults;

  /** MOVs to CR3 and task switches. */
  public long cr3Loads;

  public long invlpgs;

  /** Switches to an address space whose shadow was kept, and to one that needed a new shadow. */
  public long shadowHits;

  public long shadowMisses;

  /** Parts of shadows (what one directory entry covers) taken over from another shadow. */
  public long inherited;

  /** Stores to guest tables that shadows were filled from. */
  public long tableWrites;

  /** Entries dropped because their page-table entry was stored to. */
  public long pagesDropped;

  /** Parts of shadows dropped because their directory entry was changed. */
  public long tablesDropped;

  /** Guest tables put under trace, and let go because they were stored to again and again. */
  public long tablesTraced;

  public long tablesUntraced;

  /** Accesses to devices in memory. */
  public final SampledEvent deviceReads = new SampledEvent();

  public final SampledEvent deviceWrites = new SampledEvent();

  /** Times that links between pieces of user code were given up because code was mapped anew. */
  public long codeMoved;

  /** The same for supervisor code. */
  public long supervisorCodeMoved;

  /** Times that all shadows were dropped: memory map, A20, reset. */
  public long flushes;

  /** Times that all shadows were compared with the guest's tables. */
  public long checks;

  /** Gives everything, each name with {@code mmu.} in front. */
  public void counters(CounterSink sink) {
    sink.count("mmu.hidden.faults", hiddenFaults);
    sink.count("mmu.true.faults", trueFaults);
    sink.count("mmu.cr3.loads", cr3Loads);
    sink.count("mmu.invlpgs", invlpgs);
    sink.count("mmu.shadow.hits", shadowHits);
    sink.count("mmu.shadow.misses", shadowMisses);
    sink.count("mmu.shadow.inherited", inherited);
    sink.count("mmu.table.writes", tableWrites);
    sink.count("mmu.pages.dropped", pagesDropped);
    sink.count("mmu.tables.dropped", tablesDropped);
    sink.count("mmu.tables.traced", tablesTraced);
    sink.count("mmu.tables.untraced", tablesUntraced);
    deviceReads.counters("mmu.device.reads", sink);
    deviceWrites.counters("mmu.device.writes", sink);
    sink.count("mmu.code.moved", codeMoved);
    sink.count("mmu.code.moved.supervisor", supervisorCodeMoved);
    sink.count("mmu.flushes", flushes);
  }

  /** One line per counter. */
  public String describe() {
    return """
    hidden faults      %d
    true faults        %d
    CR3 loads          %d
    INVLPG             %d
    shadow hits        %d
    shadow misses      %d
    parts inherited    %d
    table writes       %d
    pages dropped      %d
    tables dropped     %d
    tables traced      %d
    tables untraced    %d
    flushes            %d
    checks             %d
    """
        .formatted(
            hiddenFaults,
            trueFaults,
            cr3Loads,
            invlpgs,
            shadowHits,
            shadowMisses,
            inherited,
            tableWrites,
            pagesDropped,
            tablesDropped,
            tablesTraced,
            tablesUntraced,
            flushes,
            checks);
  }
}
