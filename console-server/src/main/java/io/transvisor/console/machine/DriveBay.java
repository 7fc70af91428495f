package io.transvisor.console.machine;

import io.transvisor.core.error.VmmException;
import io.transvisor.device.board.PcOptions;
import io.transvisor.device.storage.BlockCounters;
import io.transvisor.device.storage.BlockImage;
import io.transvisor.device.storage.CountedImage;
import io.transvisor.device.storage.Images;
import io.transvisor.device.storage.IsoMedium;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A drive of the machine, whatever medium is in it.
 *
 * @param name as QEMU names it: {@code floppy0}, {@code ide0-hd0}, {@code ide1-cd0}
 * @param index of the floppy drive, or the IDE position
 * @param option the command line option that the drive is from
 * @param image the medium the machine starts with, or null
 * @param counters count what is read and written through all its media
 */
public record DriveBay(
    String name, Kind kind, int index, String option, Path image, BlockCounters counters) {
  /** Kinds of drives. */
  public enum Kind {
    FLOPPY,
    DISK,
    CDROM;

    /** Whether the medium can be changed while the machine runs. */
    public boolean isRemovable() {
      return this != DISK;
    }
  }

  /** The drives of a machine: drive A always, drive B only with a disk in it. */
  static List<DriveBay> of(MachineSpec spec) {
    List<DriveBay> all = new ArrayList<>();
    for (int i = 0; i < PcOptions.FLOPPY_DRIVES; i++) {
      Path image = spec.floppies().get(i);
      if (i == 0 || image != null) {
        String option = i == 0 ? "-fda" : "-fdb";
        all.add(new DriveBay("floppy" + i, Kind.FLOPPY, i, option, image, new BlockCounters()));
      }
    }
    for (int i = 0; i < PcOptions.IDE_POSITIONS; i++) {
      MachineSpec.Drive d = spec.drives().get(i);
      if (d != null) {
        String name = "ide%d-%s%d".formatted(i / 2, d.cdrom() ? "cd" : "hd", i % 2);
        Kind kind = d.cdrom() ? Kind.CDROM : Kind.DISK;
        all.add(new DriveBay(name, kind, i, d.option(), d.path(), new BlockCounters()));
      }
    }
    return all;
  }

  /**
   * Opens an image for this drive.
   *
   * @throws VmmException whose message starts with the option
   */
  BlockImage open(Path path, boolean snapshot) {
    return new CountedImage(named(() -> Images.open(path, snapshot, false)), counters);
  }

  /** As {@link #open}, for a CD drive. */
  IsoMedium openCd(Path path) {
    return named(() -> Images.openCd(path)).counted(counters);
  }

  /** Puts the option in front of an image's error message. */
  private <T> T named(Supplier<T> open) {
    try {
      return open.get();
    } catch (VmmException e) {
      throw new VmmException(option + " " + e.getMessage(), e);
    }
  }
}
