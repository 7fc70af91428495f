package io.transvisor.console.machine;

import io.transvisor.bt.interp.InterpreterEngine;
import io.transvisor.bt.interp.Mechanism;
import io.transvisor.bt.region.RegionProfile;
import io.transvisor.core.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives an engine what an earlier run of the guest found hot, and keeps what this one finds: now
 * and then, so that a process that is killed loses little, and at the end.
 */
final class ProfileKeeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProfileKeeper.class);
  private static final int FIRST_SECONDS = 60;
  private static final int EVERY_SECONDS = 300;

  private final InterpreterEngine engine;
  private final Path file;
  private final ScheduledExecutorService writer;

  private ProfileKeeper(Machine machine, InterpreterEngine engine, Path file) {
    this.engine = engine;
    this.file = file;
    writer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("profile").factory());
    writer.scheduleWithFixedDelay(
        () -> machine.post(this::keep), FIRST_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  /** Null where no profile is wanted, or of no use. Called before the machine runs. */
  static ProfileKeeper open(MachineSpec spec, Machine machine) {
    boolean useful = spec.engine().compiles() && spec.engine().has(Mechanism.REVIVAL);
    if (spec.profile() == null || !useful) {
      return null;
    }
    InterpreterEngine engine = (InterpreterEngine) machine.engine();
    Path file = spec.profile().file(spec);
    engine.load(read(file));
    return new ProfileKeeper(machine, engine, file);
  }

  /** What is in a file; nothing if there is none, or none that is of use. */
  static RegionProfile read(Path file) {
    try {
      return RegionProfile.decode(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return RegionProfile.EMPTY;
    } catch (RegionProfile.FormatException e) {
      LOG.warn("profile {}: {}; it will be replaced", file, e.getMessage());
      return RegionProfile.EMPTY;
    } catch (IOException e) {
      LOG.warn("profile {}: cannot be read ({})", file, e.getMessage());
      return RegionProfile.EMPTY;
    }
  }

  /** On the vCPU thread: has what is known now written. */
  private void keep() {
    RegionProfile profile = engine.profile();
    if (!profile.entries().isEmpty() && !writer.isShutdown()) {
      writer.execute(() -> write(profile));
    }
  }

  private void write(RegionProfile profile) {
    try {
      write(profile, file);
    } catch (IOException e) {
      LOG.warn("profile {}: cannot be written ({})", file, e.getMessage());
    }
  }

  /** Replaces a file as a whole: whoever reads it sees the old or the new one. */
  static void write(RegionProfile profile, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Path made = Files.createTempFile(file.getParent(), "profile", ".new");
    try {
      Files.write(made, profile.encode());
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  /** Called when the machine has ended, on the thread that ran it. */
  @Override
  public void close() {
    keep();
    writer.close();
  }
}
