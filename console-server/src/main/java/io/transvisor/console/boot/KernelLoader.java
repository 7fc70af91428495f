package io.transvisor.console.boot;

import java.nio.file.Path;

/** Recognises what kind of kernel a file is, and gives the boot protocol for it. */
public final class KernelLoader {
  private KernelLoader() {}

  /**
   * Reads kernel and initrd (for Multiboot: modules, {@code "file args,file args"}).
   *
   * @param initrd the {@code -initrd} option or null
   * @param commandLine the {@code -append} option or an empty string
   * @throws io.transvisor.core.error.VmmException if a file cannot be read or is no kernel
   */
  public static LoadedKernel load(Path kernel, String initrd, String commandLine) {
    return load(kernel, KernelImage.readFile("-kernel", kernel), initrd, commandLine);
  }

  /** Like {@link #load(Path, String, String)} for a kernel that is already in memory. */
  public static LoadedKernel load(Path name, byte[] content, String initrd, String commandLine) {
    KernelImage image = KernelImage.of(name, content);
    if (LinuxHeader.isIn(image)) {
      LinuxHeader header = new LinuxHeader(image);
      byte[] disk = initrd == null ? new byte[0] : KernelImage.readFile("-initrd", Path.of(initrd));
      return header.needsFirmware()
          ? new FirmwareBoot(header, disk, commandLine)
          : new LinuxBoot(header, disk, commandLine);
    }
    int header = MultibootHeader.find(image);
    if (header >= 0) {
      return new MultibootBoot(
          image, MultibootHeader.read(image, header), MultibootModule.parse(initrd), commandLine);
    }
    throw image.error("neither a Linux bzImage nor a Multiboot kernel");
  }
}
