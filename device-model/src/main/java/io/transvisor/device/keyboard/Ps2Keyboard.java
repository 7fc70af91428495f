package io.transvisor.device.keyboard;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;
import io.transvisor.core.input.Key;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;

/**
 * An IBM enhanced keyboard with a PS/2 connector (IBM PS/2 Hardware Interface Technical Reference,
 * keyboard): all commands, scan code sets 1 to 3, typematic repeat.
 *
 * <p>When the guest does not fetch its bytes, the keyboard reports an overrun and loses keys, as
 * the real one does; but the release of a key whose press was reported is never lost, only late, so
 * that no key sticks.
 */
public final class Ps2Keyboard extends Ps2Device implements Device {
  /** Bits of the value given to the listener for the lights. */
  public static final int LED_SCROLL_LOCK = 1;

  public static final int LED_NUM_LOCK = 2;
  public static final int LED_CAPS_LOCK = 4;

  private static final int BUFFER_SIZE = 64;
  private static final int ECHO = 0xEE;
  private static final int[] IDENTIFICATION = {0xAB, 0x83};

  private static final int SET_LEDS = 0xED;
  private static final int SCAN_CODE_SET = 0xF0;
  private static final int READ_ID = 0xF2;
  private static final int SET_RATE = 0xF3;
  private static final int ENABLE = 0xF4;
  private static final int DEFAULT_DISABLE = 0xF5;
  private static final int SET_DEFAULT = 0xF6;
  private static final int ALL_TYPEMATIC = 0xF7;
  private static final int ALL_MAKE_BREAK = 0xF8;
  private static final int ALL_MAKE = 0xF9;
  private static final int ALL_TYPEMATIC_MAKE_BREAK = 0xFA;
  private static final int KEY_TYPEMATIC = 0xFB;
  private static final int KEY_MAKE_BREAK = 0xFC;
  private static final int KEY_MAKE = 0xFD;
  private static final int RESEND_LAST = 0xFE;
  private static final int RESET = 0xFF;

  /** The first command; a host that sends one where a parameter is due has changed its mind. */
  private static final int FIRST_COMMAND = 0xED;

  /** 10.9 characters a second after half a second. */
  private static final int DEFAULT_RATE = 0x2B;

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Timer repeatTimer;
  private final Set<Key> held = EnumSet.noneOf(Key.class);
  private final Set<Key> reported = EnumSet.noneOf(Key.class);
  private final Set<Key> lateReleases = EnumSet.noneOf(Key.class);
  private final KeyModes modes = new KeyModes();
  private IntConsumer ledListener = leds -> {};
  private Key repeating;
  private int pendingCommand;
  private int set = 2;
  private int rate = DEFAULT_RATE;
  private int leds;
  private boolean scanning = true;
  private boolean overrun;

  public Ps2Keyboard(EventQueue events) {
    super(BUFFER_SIZE);
    repeatTimer = events.timer("keyboard-repeat", this::repeat);
  }

  /**
   * Who shows the lights; called on the vCPU thread with a combination of the LED bits at each
   * change.
   */
  public void setLedListener(IntConsumer listener) {
    ledListener = listener;
  }

  // ---- keys ----

  /**
   * A key goes down or up. Repeated downs of a held key are ignored: the keyboard repeats by
   * itself.
   */
  public void key(Key key, boolean down) {
    if (down ? !held.add(key) : !held.remove(key)) {
      return;
    }
    if (!down && key == repeating) {
      stopRepeating();
    }
    if (!scanning) {
      return;
    }
    if (down) {
      press(key);
    } else {
      release(key);
    }
  }

  private void press(Key key) {
    if (!sendKey(key, true)) {
      return;
    }
    reported.add(key);
    if (key != Key.PAUSE && (set != 3 || modes.repeats(key))) {
      repeating = key;
      repeatTimer.scheduleIn((1 + (rate >> 5 & 3)) * 250 * NANOS_PER_MILLI);
    }
  }

  private void release(Key key) {
    if (!reported.remove(key) || (set == 3 && !modes.reportsRelease(key))) {
      return;
    }
    if (!sendKey(key, false)) {
      lateReleases.add(key);
    }
  }

  private boolean sendKey(Key key, boolean down) {
    int[] codes = ScanCodes.sequence(key, down, set, modifiers());
    // One byte stays free for the overrun code.
    if (codes.length < dataFree() && lateReleases.isEmpty()) {
      overrun = false;
      return send(codes);
    }
    if (!overrun) {
      overrun = true;
      send(set == 1 ? 0xFF : 0x00);
    }
    return false;
  }

  private ScanCodes.Modifiers modifiers() {
    return new ScanCodes.Modifiers(
        held.contains(Key.LEFT_SHIFT) || held.contains(Key.RIGHT_SHIFT),
        held.contains(Key.LEFT_CTRL) || held.contains(Key.RIGHT_CTRL),
        held.contains(Key.LEFT_ALT) || held.contains(Key.RIGHT_ALT));
  }

  @Override
  void drained() {
    overrun = false;
    for (Key key : EnumSet.copyOf(lateReleases)) {
      lateReleases.remove(key);
      if (!send(ScanCodes.sequence(key, false, set, modifiers()))) {
        lateReleases.add(key);
        return;
      }
    }
  }

  /** A repeat that the guest has not fetched yet is not followed by another. */
  private void repeat() {
    if (repeating == null) {
      return;
    }
    if (!dataWaiting()) {
      send(ScanCodes.sequence(repeating, true, set, modifiers()));
    }
    repeatTimer.scheduleIn(repeatPeriodNanos());
  }

  /** (8 + A) * 2^B * 4.17 ms, where A are bits 0 to 2 of the rate and B bits 3 and 4. */
  private long repeatPeriodNanos() {
    return (8L + (rate & 7) << (rate >> 3 & 3)) * 4_170_000;
  }

  private void stopRepeating() {
    repeating = null;
    repeatTimer.cancel();
  }

  // ---- commands ----

  @Override
  void receive(int value) {
    int command = pendingCommand;
    pendingCommand = 0;
    if (command != 0 && value < FIRST_COMMAND) {
      parameter(command, value);
    } else {
      command(value);
    }
  }

  private void command(int value) {
    switch (value) {
      case ECHO -> reply(ECHO);
      case READ_ID -> reply(ACKNOWLEDGE, IDENTIFICATION[0], IDENTIFICATION[1]);
      case SET_LEDS, SCAN_CODE_SET, SET_RATE -> expectParameter(value);
      case KEY_TYPEMATIC, KEY_MAKE_BREAK, KEY_MAKE -> {
        dropData();
        expectParameter(value);
      }
      case ENABLE -> {
        dropData();
        scanning = true;
        reply(ACKNOWLEDGE);
      }
      case DEFAULT_DISABLE -> setDefaults(false);
      case SET_DEFAULT -> setDefaults(scanning);
      case ALL_TYPEMATIC, ALL_MAKE_BREAK, ALL_MAKE, ALL_TYPEMATIC_MAKE_BREAK -> {
        dropData();
        modes.setAll(
            value == ALL_TYPEMATIC || value == ALL_TYPEMATIC_MAKE_BREAK,
            value == ALL_MAKE_BREAK || value == ALL_TYPEMATIC_MAKE_BREAK);
        reply(ACKNOWLEDGE);
      }
      case RESEND_LAST -> resend();
      case RESET -> {
        setPowerUpState();
        reply(ACKNOWLEDGE, SELF_TEST_PASSED);
      }
      default -> reply(RESEND);
    }
  }

  private void expectParameter(int command) {
    pendingCommand = command;
    reply(ACKNOWLEDGE);
  }

  private void parameter(int command, int value) {
    switch (command) {
      case SET_LEDS -> {
        reply(ACKNOWLEDGE);
        setLeds(value & 7);
      }
      case SET_RATE -> {
        rate = value & 0x7F;
        reply(ACKNOWLEDGE);
      }
      case SCAN_CODE_SET -> selectSet(value);
      default -> {
        modes.set(value, command == KEY_TYPEMATIC, command == KEY_MAKE_BREAK);
        // The host may name several keys in a row.
        expectParameter(command);
      }
    }
  }

  private void selectSet(int value) {
    if (value == 0) {
      reply(ACKNOWLEDGE, set);
    } else if (value <= 3) {
      dropData();
      stopRepeating();
      set = value;
      reply(ACKNOWLEDGE);
    } else {
      reply(RESEND);
    }
  }

  private void setDefaults(boolean thenScanning) {
    dropData();
    restoreDefaults();
    scanning = thenScanning;
    reply(ACKNOWLEDGE);
  }

  private void restoreDefaults() {
    stopRepeating();
    reported.clear();
    lateReleases.clear();
    overrun = false;
    rate = DEFAULT_RATE;
    set = 2;
    modes.setDefaults();
  }

  private void setLeds(int newLeds) {
    if (newLeds != leds) {
      leds = newLeds;
      ledListener.accept(leds);
    }
  }

  private void setPowerUpState() {
    dropAll();
    restoreDefaults();
    pendingCommand = 0;
    scanning = true;
    setLeds(0);
  }

  // ---- life ----

  @Override
  public String name() {
    return "keyboard";
  }

  /**
   * The RESET wire does not reach the keyboard, but firmware resets it by command at once: the same
   * in effect.
   */
  @Override
  public void reset(ResetKind kind) {
    if (kind == ResetKind.POWER_ON) {
      held.clear();
    }
    setPowerUpState();
  }

  private static String names(Set<Key> keys) {
    return keys.stream().map(Key::name).collect(Collectors.joining(" "));
  }

  private static void restore(Set<Key> keys, String names) {
    keys.clear();
    for (String name : names.isEmpty() ? new String[0] : names.split(" ")) {
      keys.add(Key.valueOf(name));
    }
  }

  @Override
  public void save(StateWriter out) {
    save("queue", out);
    out.putString("held", names(held));
    out.putString("reported", names(reported));
    out.putString("late", names(lateReleases));
    out.putBytes("modes", modes.toBytes());
    out.putString("repeating", repeating == null ? "" : repeating.name());
    out.putLong("repeatAt", repeatTimer.isScheduled() ? repeatTimer.deadline() : -1);
    out.putInt("pendingCommand", pendingCommand);
    out.putInt("set", set);
    out.putInt("rate", rate);
    out.putInt("leds", leds);
    out.putBoolean("scanning", scanning);
    out.putBoolean("overrun", overrun);
  }

  @Override
  public void load(StateReader in) {
    load("queue", in);
    restore(held, in.getString("held"));
    restore(reported, in.getString("reported"));
    restore(lateReleases, in.getString("late"));
    modes.fill(in.getBytes("modes"));
    String repeatingName = in.getString("repeating");
    repeating = repeatingName.isEmpty() ? null : Key.valueOf(repeatingName);
    long repeatAt = in.getLong("repeatAt");
    if (repeatAt >= 0) {
      repeatTimer.scheduleAt(repeatAt);
    } else {
      repeatTimer.cancel();
    }
    pendingCommand = in.getInt("pendingCommand");
    set = in.getInt("set");
    rate = in.getInt("rate");
    scanning = in.getBoolean("scanning");
    overrun = in.getBoolean("overrun");
    setLeds(in.getInt("leds"));
  }
}
