package io.transvisor.console.machine;

import io.transvisor.console.control.DriveStatus;
import io.transvisor.console.control.GuestView;
import io.transvisor.console.control.MachineStatus;
import io.transvisor.console.control.Operator;
import io.transvisor.console.control.OperatorListener;
import io.transvisor.console.control.RegisterDump;
import io.transvisor.core.display.Screen;
import io.transvisor.core.display.Screen.Picture;
import io.transvisor.core.error.VmmException;
import io.transvisor.core.machine.Machine;
import io.transvisor.device.board.PcBoard;
import io.transvisor.device.ide.AtapiCdrom;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.IsoMedium;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The operator of an assembled machine. */
public final class MachineOperator implements Operator {
  private final Machine machine;
  private final PcBoard board;
  private final List<DriveBay> drives;
  private final boolean snapshot;
  private final long started = System.nanoTime();
  private final List<OperatorListener> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param snapshot whether writes to media inserted later are forgotten at the end
   */
  public MachineOperator(AssembledMachine assembled, boolean snapshot) {
    machine = assembled.machine();
    board = assembled.board();
    drives = assembled.drives();
    this.snapshot = snapshot;
  }

  @Override
  public void shutdown() {
    machine.post(() -> {
      board.pressPowerButton();
      listeners.forEach(OperatorListener::powerButtonPressed);
    });
  }

  @Override
  public void reset() {
    machine.pressReset();
  }

  @Override
  public void powerOff() {
    machine.quit();
  }

  @Override
  public void pause() {
    machine.setPaused(true);
  }

  @Override
  public void resume() {
    machine.setPaused(false);
  }

  @Override
  public CompletableFuture<Void> step() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    OperatorListener listener =
        new OperatorListener() {
          @Override
          public void stopped(StopCause cause) {
            machine.removeListener(this);
            done.complete(null);
          }
        };
    return ask(machine::isPaused)
        .thenCompose(paused -> {
          if (!paused) {
            throw new VmmException("the guest runs; stop it first");
          }
          machine.addListener(listener);
          machine.step();
          return done;
        });
  }

  @Override
  public <T> CompletableFuture<T> inspect(Function<GuestView, T> question) {
    return ask(() -> question.apply(new GuestView(machine)));
  }

  @Override
  public void addListener(OperatorListener listener) {
    listeners.add(listener);
    machine.addListener(listener);
  }

  @Override
  public void removeListener(OperatorListener listener) {
    listeners.remove(listener);
    machine.removeListener(listener);
  }

  @Override
  public CompletableFuture<Picture> screenshot() {
    return ask(() -> {
      Screen screen = machine.screen();
      if (!screen.isWatched()) {
        // The first may bring a new size only.
        machine.video().refresh(screen);
        machine.video().refresh(screen);
      }
      return screen.copy();
    });
  }

  @Override
  public CompletableFuture<String> describe(Part part) {
    return ask(() ->
        switch (part) {
          case CPU -> RegisterDump.of(new GuestView(machine).cpu());
          case INTERRUPT_CONTROLLER -> String.join("\n", board.interruptControllerState());
        });
  }

  /** Asks something of the machine's parts on the vCPU thread. */
  private <T> CompletableFuture<T> ask(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    machine.post(() -> {
      try {
        answer.complete(question.get());
      } catch (RuntimeException e) {
        answer.completeExceptionally(e);
      }
    });
    return answer;
  }

  // ---- statistics ----

  @Override
  public CompletableFuture<MachineStatus> status() {
    return ask(() -> {
      SortedMap<String, Long> counters = machine.counters();
      for (DriveBay bay : drives) {
        bay.counters()
            .counters((name, value) -> counters.put("block." + bay.name() + "." + name, value));
      }
      long now = System.nanoTime();
      return new MachineStatus(
          now,
          now - started,
          machine.isPaused(),
          machine.engine().cpu().halted,
          counters,
          drives.stream().map(this::status).toList());
    });
  }

  private DriveStatus status(DriveBay bay) {
    String kind = bay.kind().name().toLowerCase(Locale.ROOT);
    boolean removable = bay.kind().isRemovable();
    return switch (bay.kind()) {
      case FLOPPY -> {
        BlockImage disk = board.floppyDrives().medium(bay.index());
        boolean readOnly = disk != null && disk.readOnly();
        String medium = disk == null ? null : disk.describe();
        yield new DriveStatus(bay.name(), kind, removable, medium, readOnly, false, false);
      }
      case DISK ->
          new DriveStatus(bay.name(), kind, removable, bay.image().toString(), false, false, false);
      case CDROM -> {
        AtapiCdrom cd = board.cdrom(bay.index());
        yield new DriveStatus(
            bay.name(), kind, removable, cd.medium(), true, cd.isTrayOpen(), cd.isTrayLocked());
      }
    };
  }

  // ---- media ----

  @Override
  public CompletableFuture<Void> change(String drive, Path image) {
    return perform(() -> {
      DriveBay bay = removable(drive);
      if (bay.kind() == DriveBay.Kind.FLOPPY) {
        changeFloppy(bay, image);
      } else {
        changeCd(bay, image);
      }
    });
  }

  private void changeFloppy(DriveBay bay, Path image) {
    BlockImage before = board.floppyDrives().medium(bay.index());
    if (before != null && isSame(before.describe(), image)) {
      // A file cannot be opened twice for writing.
      closeFloppy(bay);
    }
    BlockImage disk = bay.open(image, snapshot);
    try {
      BlockImage replaced = board.floppyDrives().insert(bay.index(), disk);
      if (replaced != null) {
        replaced.close();
      }
    } catch (VmmException e) {
      disk.close();
      throw e;
    }
  }

  private void changeCd(DriveBay bay, Path image) {
    AtapiCdrom cd = board.cdrom(bay.index());
    if (cd.isTrayLocked() && cd.medium() != null) {
      cd.eject(false);
      throw new VmmException(
          bay.name() + " is locked by the guest, which has been asked to release it; try again");
    }
    IsoMedium medium = bay.openCd(image);
    if (!cd.isTrayOpen()) {
      listeners.forEach(l -> l.trayMoved(bay.name(), true));
    }
    cd.insert(medium);
    listeners.forEach(l -> l.trayMoved(bay.name(), false));
  }

  @Override
  public CompletableFuture<Void> eject(String drive, boolean force) {
    return perform(() -> {
      DriveBay bay = removable(drive);
      if (bay.kind() == DriveBay.Kind.FLOPPY) {
        closeFloppy(bay);
      } else {
        ejectCd(bay, force);
      }
    });
  }

  private void ejectCd(DriveBay bay, boolean force) {
    AtapiCdrom cd = board.cdrom(bay.index());
    boolean wasOpen = cd.isTrayOpen();
    if (!cd.eject(force)) {
      throw new VmmException(
          bay.name() + " is locked by the guest, which has been asked to release it; try again");
    }
    if (cd.isTrayOpen() != wasOpen) {
      listeners.forEach(l -> l.trayMoved(bay.name(), !wasOpen));
    }
  }

  private void closeFloppy(DriveBay bay) {
    BlockImage disk = board.floppyDrives().eject(bay.index());
    if (disk != null) {
      disk.close();
    }
  }

  private CompletableFuture<Void> perform(Runnable action) {
    return ask(() -> {
      action.run();
      return null;
    });
  }

  private DriveBay removable(String drive) {
    for (DriveBay bay : drives) {
      if (bay.name().equals(drive)) {
        if (!bay.kind().isRemovable()) {
          throw new VmmException(drive + " has no medium that can be changed");
        }
        return bay;
      }
    }
    throw new VmmException(
        "no drive "
            + drive
            + "; there are "
            + drives.stream().map(DriveBay::name).collect(Collectors.joining(", ")));
  }

  private static boolean isSame(String described, Path image) {
    return Path.of(described).toAbsolutePath().equals(image.toAbsolutePath());
  }
}
