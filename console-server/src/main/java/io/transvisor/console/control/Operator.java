package io.transvisor.console.control;

import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What can be done to the machine as a whole while it runs. Callable from any thread; requests take
 * effect between two guest instructions. Futures fail with a {@link VmmException} that says in a
 * line what is wrong.
 */
public interface Operator {
  /** Presses the power button: the guest shuts down if it listens. */
  void shutdown();

  /** Presses the reset button. */
  void reset();

  /** Pulls the plug: the run ends. */
  void powerOff();

  /** Stops guest execution and guest time. */
  void pause();

  /** Goes on after {@link #pause}. */
  void resume();

  CompletableFuture<MachineStatus> status();

  /**
   * Puts another medium into a drive.
   *
   * @param drive its name; see {@link DriveStatus}
   */
  CompletableFuture<Void> change(String drive, Path image);

  /**
   * Takes the medium out of a drive.
   *
   * @param force even if the guest has locked it in
   */
  CompletableFuture<Void> eject(String drive, boolean force);

  /** Asks something of the machine's parts on the vCPU thread. */
  <T> CompletableFuture<T> ask(Supplier<T> question);
}
