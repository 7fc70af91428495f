package io.transvisor.device.storage;

import io.transvisor.core.device.CounterSink;
import java.util.concurrent.atomic.LongAdder;

/** What a drive has read and written, through however many media. Thread-safe. */
public final class BlockCounters {
  private final LongAdder reads = new LongAdder();
  private final LongAdder readBytes = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder writtenBytes = new LongAdder();

  void read(int sectors) {
    reads.increment();
    readBytes.add((long) sectors * BlockImage.SECTOR_SIZE);
  }

  void written(int sectors) {
    writes.increment();
    writtenBytes.add((long) sectors * BlockImage.SECTOR_SIZE);
  }

  /** Gives {@code read.operations}, {@code read.bytes} and the same of {@code write}. */
  public void counters(CounterSink sink) {
    sink.count("read.operations", reads.sum());
    sink.count("read.bytes", readBytes.sum());
    sink.count("write.operations", writes.sum());
    sink.count("write.bytes", writtenBytes.sum());
  }
}
