package io.transvisor.mmu;

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

  /** Times that all shadows were dropped: memory map, A20, reset. */
  public long flushes;

  /** Times that all shadows were compared with the guest's tables. */
  public long checks;

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
