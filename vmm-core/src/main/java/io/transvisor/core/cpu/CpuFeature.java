package io.transvisor.core.cpu;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The features a {@code -cpu} option can add to a model or take from it, with QEMU's names, and
 * what each cannot be without.
 */
enum CpuFeature {
  VME(CpuModel.VME, 0),
  DE(CpuModel.DE, 0),
  PSE(CpuModel.PSE, 0),
  TSC(CpuModel.TSC, 0),
  MSR(CpuModel.MSR, 0),
  PAE(CpuModel.PAE, 0),
  MCE(CpuModel.MCE, 0),
  CX8(CpuModel.CX8, 0),
  APIC(CpuModel.APIC, 0),
  SEP(CpuModel.SEP, CpuModel.MSR),
  MTRR(CpuModel.MTRR, CpuModel.MSR),
  PGE(CpuModel.PGE, 0),
  MCA(CpuModel.MCA, CpuModel.MSR),
  CMOV(CpuModel.CMOV, 0),
  PAT(CpuModel.PAT, CpuModel.MSR),
  CLFLUSH(CpuModel.CLFLUSH, 0),
  MMX(CpuModel.MMX, 0),
  FXSR(CpuModel.FXSR, 0),
  SSE(CpuModel.SSE, CpuModel.FXSR),
  SSE2(CpuModel.SSE2, CpuModel.SSE);

  private final int bit;
  private final int needs;

  CpuFeature(int bit, int needs) {
    this.bit = bit;
    this.needs = needs;
  }

  /** The feature of a name in lower case, or null. */
  static CpuFeature find(String name) {
    return Arrays.stream(values()).filter(f -> f.text().equals(name)).findFirst().orElse(null);
  }

  static String names() {
    return Arrays.stream(values()).map(CpuFeature::text).collect(Collectors.joining(", "));
  }

  private String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The features with this one added, and those it needs. */
  int addTo(int features) {
    int all = features | bit;
    for (CpuFeature f : values()) {
      if ((needs & f.bit) != 0) {
        all = f.addTo(all);
      }
    }
    return all;
  }

  /** The features without this one and those that need it. */
  int removeFrom(int features) {
    int left = features & ~bit;
    for (CpuFeature f : values()) {
      if ((f.needs & bit) != 0) {
        left = f.removeFrom(left);
      }
    }
    return left;
  }
}
