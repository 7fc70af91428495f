package io.transvisor.bt.interp;

import java.util.Arrays;
import java.util.Optional;

/**
 * What an {@link EngineLog} can contain, by the names that QEMU's {@code -d} has where it has such.
 */
public enum LogItem {
  IN_ASM("in_asm", "guest instructions of each trace that is decoded"),
  EXEC("exec", "each trace and region that is run"),
  CPU("cpu", "registers before each of them, and at interrupts"),
  INT("int", "interrupts and exceptions"),
  CALLOUTS("callouts", "sensitive instructions, with their class"),
  REGIONS("regions", "regions that are compiled and retired, and why"),
  INVALIDATIONS("inval", "stores that change code");

  private final String label;
  private final String effect;

  LogItem(String label, String effect) {
    this.label = label;
    this.effect = effect;
  }

  public String label() {
    return label;
  }

  public String effect() {
    return effect;
  }

  /** The item of a name. */
  public static Optional<LogItem> named(String label) {
    return Arrays.stream(values()).filter(i -> i.label.equals(label)).findFirst();
  }
}
