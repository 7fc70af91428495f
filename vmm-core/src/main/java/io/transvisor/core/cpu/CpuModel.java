package io.transvisor.core.cpu;

import io.transvisor.core.error.VmmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What CPUID shows (Intel application note 485, SDM volume 2 CPUID).
 *
 * @param name as given to {@code -cpu}
 * @param signature leaf 1 EAX: type, family, model, stepping
 * @param features leaf 1 EDX
 * @param maxLeaf highest basic leaf
 * @param cacheDescriptors leaf 2 EAX, EBX, ECX, EDX; used when {@code maxLeaf} is at least 2
 */
public record CpuModel(
    String name, int signature, int features, int maxLeaf, int[] cacheDescriptors) {
  public static final int FPU = 1;
  public static final int VME = 1 << 1;
  public static final int DE = 1 << 2;
  public static final int PSE = 1 << 3;
  public static final int TSC = 1 << 4;
  public static final int MSR = 1 << 5;
  public static final int PAE = 1 << 6;
  public static final int MCE = 1 << 7;
  public static final int CX8 = 1 << 8;
  public static final int SEP = 1 << 11;
  public static final int MTRR = 1 << 12;
  public static final int PGE = 1 << 13;
  public static final int MCA = 1 << 14;
  public static final int CMOV = 1 << 15;
  public static final int PAT = 1 << 16;
  public static final int PSE36 = 1 << 17;
  public static final int MMX = 1 << 23;
  public static final int FXSR = 1 << 24;

  private static final int PENTIUM_FEATURES = FPU | VME | DE | PSE | TSC | MSR | MCE | CX8;
  private static final int P6_FEATURES = PENTIUM_FEATURES | PAE | SEP | PGE | CMOV;
  private static final int[] P6_CACHES = {0x03020101, 0, 0, 0x0C040843};

  private static final CpuModel[] MODELS = {
    new CpuModel("486", 0x0480, FPU | VME, 1, new int[4]),
    new CpuModel("pentium", 0x0543, PENTIUM_FEATURES | MMX, 1, new int[4]),
    new CpuModel("pentium2", 0x0652, P6_FEATURES | MMX | FXSR, 2, P6_CACHES),
    new CpuModel("pentium3", 0x068A, P6_FEATURES | MTRR | PAT | MMX | FXSR, 2, P6_CACHES),
  };

  /**
   * The model of a {@code -cpu} option: a name, optionally followed by {@code ,leaf=N} to limit the
   * highest CPUID leaf (guests such as Windows NT 4 stop on leaves they do not know).
   *
   * @throws VmmException for an unknown name or suffix
   */
  public static CpuModel parse(String option) {
    String[] parts = option.toLowerCase(Locale.ROOT).split(",");
    CpuModel model =
        Arrays.stream(MODELS)
            .filter(m -> m.name.equals(parts[0]))
            .findFirst()
            .orElseThrow(() ->
                new VmmException("-cpu " + option + ": unknown model, choose one of " + names()));
    for (int i = 1; i < parts.length; i++) {
      if (!parts[i].matches("leaf=[12]")) {
        throw new VmmException("-cpu " + option + ": " + parts[i] + " is not leaf=1 or leaf=2");
      }
      int leaf = parts[i].charAt(5) - '0';
      model =
          new CpuModel(
              model.name,
              model.signature,
              model.features,
              Math.min(leaf, model.maxLeaf),
              model.cacheDescriptors);
    }
    return model;
  }

  private static String names() {
    return Arrays.stream(MODELS).map(CpuModel::name).collect(Collectors.joining(", "));
  }

  public boolean has(int feature) {
    return (features & feature) != 0;
  }

  /** Family number from the signature: 4, 5 or 6. */
  public int family() {
    return signature >>> 8 & 15;
  }
}
