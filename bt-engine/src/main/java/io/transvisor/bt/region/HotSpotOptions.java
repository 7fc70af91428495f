package io.transvisor.bt.region;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/** What HotSpot was started with, or has found out about the host. */
final class HotSpotOptions {
  private HotSpotOptions() {}

  /** Whether an option has a value; false where the JVM has no such options. */
  static boolean is(String option, boolean value) {
    HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    return vm != null && vm.getVMOption(option).getValue().equals(String.valueOf(value));
  }
}
