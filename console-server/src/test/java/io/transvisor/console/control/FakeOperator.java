package io.transvisor.console.control;

import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** Notes what it is asked to do; has one CD drive, which the guest has locked. */
public final class FakeOperator implements Operator {
  public final List<String> done = new CopyOnWriteArrayList<>();
  public final List<OperatorListener> listeners = new CopyOnWriteArrayList<>();

  @Override
  public void shutdown() {
    done.add("shutdown");
  }

  @Override
  public void reset() {
    done.add("reset");
  }

  @Override
  public void powerOff() {
    done.add("off");
  }

  @Override
  public void pause() {
    done.add("pause");
  }

  @Override
  public void resume() {
    done.add("continue");
  }

  @Override
  public CompletableFuture<Void> step() {
    done.add("step");
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public <T> CompletableFuture<T> inspect(Function<GuestView, T> question) {
    return CompletableFuture.failedFuture(new VmmException("there is no guest"));
  }

  @Override
  public void addListener(OperatorListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(OperatorListener listener) {
    listeners.remove(listener);
  }

  @Override
  public CompletableFuture<MachineStatus> status() {
    TreeMap<String, Long> counters = new TreeMap<>();
    counters.put("cpu0.instructions", 42L);
    return CompletableFuture.completedFuture(
        new MachineStatus(
            System.nanoTime(),
            1_500_000_000L,
            false,
            false,
            counters,
            List.of(
                new DriveStatus("ide1-cd0", "cdrom", true, "/cds/old.iso", true, false, true))));
  }

  @Override
  public CompletableFuture<Void> change(String drive, Path image) {
    done.add("change " + drive + " " + image.getFileName());
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Void> eject(String drive, boolean force) {
    if (!force) {
      return CompletableFuture.failedFuture(new VmmException(drive + " is locked by the guest"));
    }
    done.add("eject " + drive);
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<Picture> screenshot() {
    return CompletableFuture.completedFuture(new Picture(2, 1, new int[] {0xFF0000, 0x00FF00}));
  }

  @Override
  public CompletableFuture<String> describe(Part part) {
    return CompletableFuture.completedFuture("state of " + part);
  }
}
