package io.transvisor.console.machine;

import io.transvisor.bt.interp.EngineLog;
import io.transvisor.bt.interp.LogItem;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What {@code -d} and {@code -D} ask for.
 *
 * @param items what the engine logs
 * @param mmu shadow page tables are compared with the guest's all the time
 * @param file where the log goes, or null for standard error
 */
public record DebugOptions(Set<LogItem> items, boolean mmu, Path file) {
  static final DebugOptions NONE = new DebugOptions(Set.of(), false, null);

  private static final String MMU = "mmu";

  /**
   * Reads a list of items with commas between them.
   *
   * @param items null for none
   * @throws VmmException naming the item that is not known
   */
  static DebugOptions parse(String items, Path file) {
    if (items == null) {
      return NONE;
    }
    Set<LogItem> logged = EnumSet.noneOf(LogItem.class);
    boolean mmu = false;
    for (String item : items.split(",")) {
      if (item.equals(MMU)) {
        mmu = true;
      } else {
        logged.add(
            LogItem.named(item)
                .orElseThrow(() ->
                    new VmmException(
                        "-d %s: unknown item, choose of %s".formatted(item, names()))));
      }
    }
    return new DebugOptions(logged, mmu, file);
  }

  private static String names() {
    return Arrays.stream(LogItem.values()).map(LogItem::label).collect(Collectors.joining(", "))
        + ", "
        + MMU;
  }

  /** Stays open when the log is closed. */
  private static PrintWriter standardError() {
    return new PrintWriter(System.err, true, StandardCharsets.UTF_8) {
      @Override
      public void close() {
        flush();
      }
    };
  }

  /** Opens the log; null if nothing is logged. */
  EngineLog open() {
    if (items.isEmpty()) {
      return null;
    }
    try {
      return new EngineLog(
          file == null ? standardError() : new PrintWriter(Files.newBufferedWriter(file)), items);
    } catch (IOException e) {
      throw new VmmException("-D %s: cannot be written".formatted(file), e);
    }
  }
}
