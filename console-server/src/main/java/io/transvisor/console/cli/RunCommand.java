package io.transvisor.console.cli;

import io.transvisor.console.machine.GuestRunner;
import io.transvisor.console.machine.MachineSpec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code transvisor run}: a guest from disks, CD, floppy, or a kernel file. */
@Command(
    name = "run",
    sortOptions = false,
    description = "Runs a guest. Options are named as in QEMU and take one dash or two.",
    footer = {
      "",
      "Examples:",
      "  transvisor run -fda dos.img",
      "  transvisor run -m 128 -hda disk.img -cdrom install.iso -boot d",
      "  transvisor run -m 256 -kernel bzImage -initrd initrd.gz -append console=ttyS0 -serial stdio -display none"
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private MachineOptions machine;

  @Override
  public Integer call() {
    MachineSpec spec = machine.toSpec();
    return GuestRunner.run(spec, "");
  }
}
