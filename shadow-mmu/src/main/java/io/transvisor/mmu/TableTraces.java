package io.transvisor.mmu;

import io.transvisor.core.memory.WriteTraces;

/**
 * Keeps cached shadows like the guest's tables: every store to a page they were filled from takes
 * the entries away that depended on the bytes. A processor may forget a translation at any time, so
 * doing it at once is what the architecture allows (SDM volume 3, 4.10.2), and INVLPG and MOV to
 * CR3 have nothing left to do.
 */
final class TableTraces implements WriteTraces.Handler {
  /**
   * Stores without a walk in between, after which a page is no longer thought of as a table in use:
   * tables being filled or cleared as a whole, and freed pages that hold data now. Its part of the
   * shadows is dropped and the trace with it, until the next walk.
   */
  private static final int CHURN = 32;

  private final WriteTraces traces;
  private final MmuStatistics statistics;
  private final TablePage[] pages;

  TableTraces(WriteTraces traces, int storePages, MmuStatistics statistics) {
    this.traces = traces;
    this.statistics = statistics;
    this.pages = new TablePage[storePages];
    traces.setTableHandler(this);
  }

  /** From now on stores to a page of the store change a shadow, as that place in it asks. */
  TablePage attach(int storePage, ShadowPageTable user, int place) {
    TablePage page = pages[storePage];
    if (page == null) {
      page = new TablePage(storePage);
      pages[storePage] = page;
    }
    if (page.uses() == 0) {
      page.writes = 0;
      traces.arm(storePage, WriteTraces.TABLE);
      statistics.tablesTraced++;
    }
    page.addUse(user, place);
    return page;
  }

  void detach(TablePage page, ShadowPageTable user, int place) {
    page.removeUse(user, place);
    if (page.uses() == 0) {
      traces.disarm(page.storePage, WriteTraces.TABLE);
    }
  }

  @Override
  public void written(int offset, int length) {
    TablePage page = pages[offset >>> 12];
    statistics.tableWrites++;
    if (++page.writes > CHURN) {
      statistics.tablesUntraced++;
      while (page.uses() > 0) {
        int last = page.uses() - 1;
        page.user(last).dropTable(page.place(last));
      }
      return;
    }
    int first = offset & 0xFFF;
    int last = first + length - 1;
    for (int use = page.uses() - 1; use >= 0; use--) {
      // A change in a directory that is one of its own tables takes uses away.
      if (use < page.uses()) {
        page.user(use).tableWritten(page.place(use), first, last);
      }
    }
  }
}
