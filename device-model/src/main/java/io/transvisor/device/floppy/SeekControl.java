package io.transvisor.device.floppy;

import static io.transvisor.device.floppy.FdcRegisters.MSR_DRIVE_BUSY;
import static io.transvisor.device.floppy.FdcRegisters.ST0_ABNORMAL;
import static io.transvisor.device.floppy.FdcRegisters.ST0_EQUIPMENT_CHECK;
import static io.transvisor.device.floppy.FdcRegisters.ST0_INVALID;
import static io.transvisor.device.floppy.FdcRegisters.ST0_READY_CHANGED;
import static io.transvisor.device.floppy.FdcRegisters.ST0_SEEK_END;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import java.util.Arrays;

/**
 * Head movements and what SENSE INTERRUPT STATUS reports: the ends of seeks, which may overlap, and
 * the four drives after a reset (82077AA datasheet, 5.2.2 to 5.2.4).
 */
final class SeekControl {
  private static final long SEEK_TIME = 50_000;
  private static final long NEXT_REPORT_TIME = 20_000;
  private static final int NONE = -1;

  private final FloppyDrive[] drives;
  private final Timer[] timers;
  private final Timer nextReport; // a second seek had ended while the first was being reported
  private final int[] cylinders;
  private final int[] status; // ST0 still to be reported, or NONE
  private int resetReports;

  /**
   * @param interrupt raises the interrupt
   */
  SeekControl(EventQueue events, FloppyDrive[] drives, Runnable interrupt) {
    this.drives = drives;
    timers = new Timer[drives.length];
    for (int i = 0; i < drives.length; i++) {
      timers[i] = events.timer("fdc-seek" + i, interrupt);
    }
    nextReport = events.timer("fdc-next-seek", interrupt);
    cylinders = new int[drives.length];
    status = new int[drives.length];
    Arrays.fill(status, NONE);
  }

  void reset() {
    for (Timer timer : timers) {
      timer.cancel();
    }
    nextReport.cancel();
    Arrays.fill(status, NONE);
    Arrays.fill(cylinders, 0);
    resetReports = 0;
  }

  /** Where the chip believes a head to be. */
  int cylinder(int drive) {
    return cylinders[drive];
  }

  void setCylinder(int drive, int cylinder) {
    cylinders[drive] = cylinder;
  }

  /**
   * @param select drive number and, in bit 2, the head
   */
  void seek(int select, int target) {
    start(select, target, ST0_SEEK_END | select);
  }

  void recalibrate(int drive) {
    boolean fails = !drives[drive].isPresent(); // track 0 never comes
    int failure = fails ? ST0_ABNORMAL | ST0_EQUIPMENT_CHECK : 0;
    start(drive, 0, ST0_SEEK_END | failure | drive);
  }

  private void start(int select, int target, int finalStatus) {
    int drive = select & 3;
    drives[drive].stepTo(target);
    cylinders[drive] = target;
    status[drive] = finalStatus;
    timers[drive].scheduleIn(SEEK_TIME);
  }

  /** After a reset all drives are to be reported; any other interrupt puts an end to that. */
  void setResetReports(boolean on) {
    resetReports = on ? drives.length : 0;
  }

  /** The drive busy bits of the main status register. */
  int busyBits() {
    int bits = 0;
    for (int drive = 0; drive < status.length; drive++) {
      bits |= status[drive] != NONE ? MSR_DRIVE_BUSY << drive : 0;
    }
    return bits;
  }

  private int endedSeek() {
    for (int drive = 0; drive < status.length; drive++) {
      if (status[drive] != NONE && !timers[drive].isScheduled()) {
        return drive;
      }
    }
    return NONE;
  }

  boolean hasReport() {
    return endedSeek() != NONE;
  }

  /** Interrupts again for a seek that ended while another was reported. */
  void scheduleNextReport() {
    nextReport.scheduleIn(NEXT_REPORT_TIME);
  }

  /** The result of SENSE INTERRUPT STATUS. */
  int[] senseInterrupt() {
    if (resetReports > 0) {
      int drive = drives.length - resetReports;
      resetReports--;
      return new int[] {ST0_READY_CHANGED | drive, cylinders[drive]};
    }
    int drive = endedSeek();
    if (drive == NONE) {
      return new int[] {ST0_INVALID};
    }
    int st0 = status[drive];
    status[drive] = NONE;
    return new int[] {st0, cylinders[drive]};
  }

  // ---- state ----

  void save(StateWriter out) {
    out.putInts("cylinders", cylinders);
    out.putInts("seekStatus", status);
    out.putInt("resetReports", resetReports);
    out.putLong("nextReportAt", deadline(nextReport));
    for (int i = 0; i < timers.length; i++) {
      out.putLong("seekEndsAt" + i, deadline(timers[i]));
    }
  }

  void load(StateReader in) {
    System.arraycopy(in.getInts("cylinders"), 0, cylinders, 0, cylinders.length);
    System.arraycopy(in.getInts("seekStatus"), 0, status, 0, status.length);
    resetReports = in.getInt("resetReports");
    restore(nextReport, in.getLong("nextReportAt"));
    for (int i = 0; i < timers.length; i++) {
      restore(timers[i], in.getLong("seekEndsAt" + i));
    }
  }

  /** When a timer will run, or -1. */
  static long deadline(Timer timer) {
    return timer.isScheduled() ? timer.deadline() : -1;
  }

  static void restore(Timer timer, long deadline) {
    if (deadline >= 0) {
      timer.scheduleAt(deadline);
    } else {
      timer.cancel();
    }
  }
}
