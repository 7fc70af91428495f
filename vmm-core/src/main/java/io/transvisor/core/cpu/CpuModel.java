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
 * @param brandIndex leaf 1 EBX bits 0-7
 * @param maxLeaf highest basic leaf
 * @param cacheDescriptors leaf 2 EAX, EBX, ECX, EDX; used when {@code maxLeaf} is at least 2
 * @param brand the 48 characters of the extended leaves at most; empty when there are no such
 *     leaves
 */
public record CpuModel(
    String name,
    int signature,
    int features,
    int brandIndex,
    int maxLeaf,
    int[] cacheDescriptors,
    String brand) {
  public static final int FPU = 1;
  public static final int VME = 1 << 1;
  public static final int DE = 1 << 2;
  public static final int PSE = 1 << 3;
  public static final int TSC = 1 << 4;
  public static final int MSR = 1 << 5;
  public static final int PAE = 1 << 6;
  public static final int MCE = 1 << 7;
  public static final int CX8 = 1 << 8;
  public static final int APIC = 1 << 9;
  public static final int SEP = 1 << 11;
  public static final int MTRR = 1 << 12;
  public static final int PGE = 1 << 13;
  public static final int MCA = 1 << 14;
  public static final int CMOV = 1 << 15;
  public static final int PAT = 1 << 16;
  public static final int PSE36 = 1 << 17;
  public static final int CLFLUSH = 1 << 19;
  public static final int MMX = 1 << 23;
  public static final int FXSR = 1 << 24;
  public static final int SSE = 1 << 25;
  public static final int SSE2 = 1 << 26;

  /** Bytes that CLFLUSH works on. */
  public static final int CACHE_LINE = 64;

  private static final int PENTIUM_FEATURES = FPU | VME | DE | PSE | TSC | MSR | MCE | CX8 | APIC;
  private static final int P6_FEATURES = PENTIUM_FEATURES | PAE | SEP | PGE | CMOV;
  private static final int[] P6_CACHES = {0x03020101, 0, 0, 0x0C040843};
  private static final int[] NO_CACHES = new int[4];
  private static final int PENTIUM_3_FEATURES = P6_FEATURES | MTRR | PAT | MMX | FXSR | SSE;
  private static final int PENTIUM_4_FEATURES = PENTIUM_3_FEATURES | CLFLUSH | SSE2;
  private static final int[] PENTIUM_4_CACHES = {0x665B5001, 0, 0, 0x007B7040};

  private static final CpuModel[] MODELS = {
    new CpuModel("486", 0x0480, FPU | VME, 0, 1, NO_CACHES, ""),
    new CpuModel("pentium", 0x0543, PENTIUM_FEATURES | MMX, 0, 1, NO_CACHES, ""),
    new CpuModel("pentium2", 0x0652, P6_FEATURES | MMX | FXSR, 0, 2, P6_CACHES, ""),
    new CpuModel("pentium3", 0x068A, PENTIUM_3_FEATURES, 2, 2, P6_CACHES, ""),
    new CpuModel(
        "pentium4",
        0x0F29,
        PENTIUM_4_FEATURES,
        9,
        2,
        PENTIUM_4_CACHES,
        "                      Intel(R) Pentium(R) 4 CPU"),
  };

  /**
   * The model of a {@code -cpu} option: a name, followed by any of {@code ,+feature}, {@code
   * ,-feature} (which brings or takes along what cannot do without it), and {@code ,leaf=N} to
   * limit the highest basic CPUID leaf (guests such as Windows NT 4 stop on leaves they do not
   * know).
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
      model = model.with(option, parts[i]);
    }
    return model;
  }

  private CpuModel with(String option, String suffix) {
    if (suffix.matches("leaf=[12]")) {
      return with(features, Math.min(suffix.charAt(5) - '0', maxLeaf));
    }
    if (!suffix.matches("[+-].*")) {
      throw new VmmException(
          "-cpu " + option + ": " + suffix + " is not +feature, -feature, leaf=1 or leaf=2");
    }
    CpuFeature feature = CpuFeature.find(suffix.substring(1));
    if (feature == null) {
      throw new VmmException(
          "-cpu %s: %s: unknown feature, choose one of %s"
              .formatted(option, suffix, CpuFeature.names()));
    }
    boolean add = suffix.charAt(0) == '+';
    return with(add ? feature.addTo(features) : feature.removeFrom(features), maxLeaf);
  }

  private CpuModel with(int newFeatures, int newMaxLeaf) {
    return new CpuModel(
        name, signature, newFeatures, brandIndex, newMaxLeaf, cacheDescriptors, brand);
  }

  private static String names() {
    return Arrays.stream(MODELS).map(CpuModel::name).collect(Collectors.joining(", "));
  }

  /** Whether all of these features are there. */
  public boolean has(int wanted) {
    return (features & wanted) == wanted;
  }

  /** Family number from the signature: 4, 5, 6 or 15. */
  public int family() {
    return signature >>> 8 & 15;
  }
}
