package io.transvisor.console.boot;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A boot module.
 *
 * @param commandLine the file name and its arguments, as GRUB passes them
 */
record MultibootModule(String commandLine, byte[] content) {
  /** From {@code -initrd "file args,file args"}; null gives none. */
  static List<MultibootModule> parse(String option) {
    List<MultibootModule> modules = new ArrayList<>();
    if (option != null) {
      for (String part : option.split(",")) {
        String line = part.strip();
        String file = line.split(" ", 2)[0];
        modules.add(new MultibootModule(line, KernelImage.readFile("-initrd", Path.of(file))));
      }
    }
    return modules;
  }
}
