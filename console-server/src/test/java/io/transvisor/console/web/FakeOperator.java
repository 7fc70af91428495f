package io.transvisor.console.web;

import io.transvisor.console.control.DriveStatus;
import io.transvisor.console.control.MachineStatus;
import io.transvisor.console.control.Operator;
import io.transvisor.core.error.VmmException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Notes what it is asked to do; has one CD drive, which the guest has locked. */
final class FakeOperator implements Operator {
  final List<String> done = new CopyOnWriteArrayList<>();

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
  public <T> CompletableFuture<T> ask(Supplier<T> question) {
    return CompletableFuture.completedFuture(question.get());
  }
}
