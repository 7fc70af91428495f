package io.transvisor.console.cli;

import io.transvisor.console.machine.GuestRunner;
import io.transvisor.console.machine.MachineSpec;
import io.transvisor.core.error.VmmException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code transvisor demo}: the built-in guest, which needs neither firmware nor files. */
@Command(
    name = "demo",
    sortOptions = false,
    description =
        "Boots the built-in demo guest and serves its screen. Takes the options of 'run'.")
final class DemoCommand implements Callable<Integer> {
  private static final String KERNEL = "/io/transvisor/guests/demo.bin";

  @Mixin private MachineOptions machine;

  @Override
  public Integer call() throws IOException {
    byte[] kernel;
    try (InputStream in = DemoCommand.class.getResourceAsStream(KERNEL)) {
      if (in == null) {
        throw new VmmException("the demo guest is not part of this build (no " + KERNEL + ")");
      }
      kernel = in.readAllBytes();
    }
    MachineSpec spec = machine.toSpec().withKernel(Path.of("demo"), kernel);
    return GuestRunner.run(
        spec,
        """
        In the guest: type, move the mouse; it says on its screen what the keys do.
        To boot a disk of your own:  ./transvisor run -hda DISK.img  (-fda FLOPPY.img, -cdrom CD.iso -boot d)
        Ctrl-C here ends the guest.\
        """);
  }
}
