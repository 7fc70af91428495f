package io.transvisor.console.control;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is around a machine in this process, for those who ask.
 *
 * @param name of the machine
 * @param memoryBytes the guest's memory
 * @param vnc the VNC server, if there is one, as it is when asked
 * @param vncPassword the VNC server's, if there is one
 */
public record Installation(
    String name,
    long memoryBytes,
    List<CharDevice> charDevices,
    Supplier<Optional<VncStatus>> vnc,
    Optional<VncPassword> vncPassword) {
  /** The program's version: three numbers. */
  public static int[] version() {
    String text = Installation.class.getPackage().getImplementationVersion();
    int[] numbers = new int[3];
    if (text != null) {
      String[] parts = text.split("[.-]");
      for (int i = 0; i < 3 && i < parts.length && parts[i].matches("[0-9]{1,6}"); i++) {
        numbers[i] = Integer.parseInt(parts[i]);
      }
    }
    return numbers;
  }
}
