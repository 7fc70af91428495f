package io.transvisor.device.ide;

import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.device.storage.IsoMedium;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Tray and medium of a CD drive, and what the guest has yet to be told about them: media events for
 * GET EVENT STATUS NOTIFICATION, and conditions the next command fails with.
 */
final class CdTray {
  // Media event codes (MMC-3, table 69).
  static final int EVENT_NONE = 0;
  static final int EVENT_EJECT_REQUEST = 1;
  static final int EVENT_NEW_MEDIUM = 2;
  static final int EVENT_REMOVAL = 3;

  private static final int MAX_EVENTS = 8;

  private final Deque<Integer> events = new ArrayDeque<>();
  private final Deque<Sense> conditions = new ArrayDeque<>();
  private IsoMedium medium;
  private boolean open;
  private boolean locked;

  CdTray(IsoMedium medium) {
    this.medium = medium;
  }

  void reset() {
    locked = false;
    events.clear();
    conditions.clear();
    conditions.add(Sense.POWER_ON_OR_RESET);
  }

  /** The medium in the drive, even if the tray is open; null if there is none. */
  IsoMedium medium() {
    return medium;
  }

  boolean isReady() {
    return medium != null && !open;
  }

  boolean isOpen() {
    return open;
  }

  boolean isLocked() {
    return locked;
  }

  void setLocked(boolean on) {
    locked = on;
  }

  // ---- by the guest ----

  void openTray() {
    if (!open) {
      open = true;
      event(EVENT_REMOVAL);
    }
  }

  void closeTray() {
    if (open) {
      open = false;
      if (medium != null) {
        event(EVENT_NEW_MEDIUM);
        conditions.add(Sense.MEDIUM_CHANGED);
      }
    }
  }

  // ---- by the user ----

  /**
   * Puts another medium in and closes the tray. Guests that do not ask for events learn of it by
   * one command that finds no medium and one that is told of the change.
   */
  void insert(IsoMedium newMedium) {
    if (medium != null) {
      medium.close();
      event(EVENT_REMOVAL);
    }
    medium = newMedium;
    open = false;
    event(EVENT_NEW_MEDIUM);
    conditions.remove(Sense.MEDIUM_CHANGED);
    conditions.remove(Sense.NO_MEDIUM_TRAY_OPEN);
    conditions.add(Sense.NO_MEDIUM_TRAY_OPEN);
    conditions.add(Sense.MEDIUM_CHANGED);
  }

  /**
   * Presses the eject button.
   *
   * @param force takes the medium out although the guest has locked the tray
   * @return false if the tray is locked: the guest has been asked to let it go
   */
  boolean eject(boolean force) {
    if (locked && !force) {
      event(EVENT_EJECT_REQUEST);
      return false;
    }
    locked = false;
    openTray();
    if (medium != null) {
      medium.close();
      medium = null;
    }
    return true;
  }

  // ---- news ----

  private void event(int code) {
    if (events.size() == MAX_EVENTS) {
      events.removeFirst();
    }
    events.add(code);
  }

  /** The oldest event the guest has not seen. */
  int nextEvent() {
    return events.isEmpty() ? EVENT_NONE : events.removeFirst();
  }

  /** What the next command fails with, or null. */
  Sense nextCondition() {
    return conditions.pollFirst();
  }

  Sense peekCondition() {
    return conditions.peekFirst();
  }

  // ---- saved state ----

  void save(StateWriter out, String prefix) {
    out.putInts(prefix + "tray", new int[] {open ? 1 : 0, locked ? 1 : 0});
    out.putInts(prefix + "events", events.stream().mapToInt(Integer::intValue).toArray());
    out.putInts(prefix + "conditions", conditions.stream().mapToInt(Sense::toInt).toArray());
  }

  void load(StateReader in, String prefix) {
    int[] flags = in.getInts(prefix + "tray");
    open = flags[0] != 0;
    locked = flags[1] != 0;
    events.clear();
    for (int code : in.getInts(prefix + "events")) {
      events.add(code);
    }
    conditions.clear();
    for (int sense : in.getInts(prefix + "conditions")) {
      conditions.add(Sense.fromInt(sense));
    }
  }
}
