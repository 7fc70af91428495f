package io.transvisor.console.cli;

import io.transvisor.core.error.VmmException;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * QEMU's options for things of which this program has one kind only: scripts that name that kind
 * work, and others are told so.
 */
final class FixedOptions {
  private static final String NO_NETWORK = "there is no network card; choose none";

  @Option(
      names = {"-machine", "-M"},
      hidden = true)
  private String machine = "pc";

  @Option(names = "-accel", hidden = true)
  private String accelerator = "tcg";

  @Option(names = "-vga", hidden = true)
  private String vga = "std";

  @Option(names = "-nic", hidden = true)
  private List<String> nic = List.of();

  @Option(names = "-net", hidden = true)
  private List<String> net = List.of();

  /**
   * @throws VmmException naming the option whose value is not there
   */
  void check() {
    String[] properties = machine.split(",");
    for (int i = 0; i < properties.length; i++) {
      String p =
          i == 0 && properties[0].startsWith("type=") ? properties[0].substring(5) : properties[i];
      if (!(i == 0 && p.matches("pc|pc-i440fx-.*") || p.equals("accel=tcg"))) {
        throw error("-machine", machine, "there is one machine only, pc");
      }
    }
    if (!accelerator.matches("tcg(,.*)?")) {
      throw error(
          "-accel", accelerator, "guests run without the host's virtualization; leave it out");
    }
    if (!vga.equals("std")) {
      throw error("-vga", vga, "there is one display adapter only, std");
    }
    for (String n : nic) {
      only("-nic", n, NO_NETWORK);
    }
    for (String n : net) {
      only("-net", n, NO_NETWORK);
    }
  }

  private static void only(String option, String value, String what) {
    if (!value.equals("none")) {
      throw error(option, value, what);
    }
  }

  private static VmmException error(String option, String value, String what) {
    return new VmmException(option + " " + value + ": " + what);
  }
}
