package io.transvisor.console.control;

import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

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

  /** Has a stopped guest execute one instruction; completes when it has stopped again. */
  CompletableFuture<Void> step();

  /** Has something of the guest looked at or changed, on the vCPU thread. */
  <T> CompletableFuture<T> inspect(Function<GuestView, T> question);

  /** Tells a listener what becomes of the machine from now on. */
  void addListener(OperatorListener listener);

  void removeListener(OperatorListener listener);

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

  /** The screen as it is now, whether somebody watches or not. */
  CompletableFuture<Picture> screenshot();

  /** The state of a part as text, several lines. */
  CompletableFuture<String> describe(Part part);

  /** Parts that can be described. */
  enum Part {
    CPU,
    INTERRUPT_CONTROLLER
  }
}
