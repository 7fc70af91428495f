package io.transvisor.device.keyboard;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.clock.Timer;
import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateReader;
import io.transvisor.core.device.StateWriter;

/**
 * A mouse with a PS/2 connector (IBM PS/2 Hardware Interface Technical Reference, auxiliary
 * device), with Microsoft's extensions that a host switches on by a sequence of sample rates: 200,
 * 100, 80 for a wheel (IntelliMouse, id 3), 200, 200, 80 for a wheel and five buttons (IntelliMouse
 * Explorer, id 4).
 */
public final class Ps2Mouse extends Ps2Device implements Device {
  private static final int STANDARD = 0;
  private static final int WHEEL = 3;
  private static final int FIVE_BUTTONS = 4;

  private static final int SET_SCALING_1_1 = 0xE6;
  private static final int SET_SCALING_2_1 = 0xE7;
  private static final int SET_RESOLUTION = 0xE8;
  private static final int STATUS_REQUEST = 0xE9;
  private static final int SET_STREAM = 0xEA;
  private static final int READ_DATA = 0xEB;
  private static final int RESET_WRAP = 0xEC;
  private static final int SET_WRAP = 0xEE;
  private static final int SET_REMOTE = 0xF0;
  private static final int READ_TYPE = 0xF2;
  private static final int SET_RATE = 0xF3;
  private static final int ENABLE = 0xF4;
  private static final int DISABLE = 0xF5;
  private static final int SET_DEFAULT = 0xF6;
  private static final int RESEND_LAST = 0xFE;
  private static final int RESET = 0xFF;

  private static final int DEFAULT_RATE = 100;
  private static final int DEFAULT_RESOLUTION = 2;

  /**
   * As fast as hosts take movements one to one: X11 and libinput speed them up beyond 0.4 counts a
   * millisecond, Windows beyond 6 counts a packet.
   */
  private static final int GUIDED_COUNTS_PER_SECOND = 300;

  private static final int GUIDED_COUNTS_PER_PACKET = 6;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final EventQueue events;
  private final Timer sampleTimer;
  private final MouseMotion motion = new MouseMotion();
  private Runnable enableListener = () -> {};
  private int type;
  private int pendingCommand;
  private int rate;
  private int olderRate;
  private int oldestRate;
  private int resolution;
  private boolean doubled;
  private boolean enabled;
  private boolean remote;
  private boolean wrap;
  private long nextSample;

  public Ps2Mouse(EventQueue events) {
    super(8);
    this.events = events;
    sampleTimer = events.timer("mouse-sample", this::sample);
    restoreDefaults();
  }

  // ---- movement ----

  /**
   * The mouse moves or its buttons change.
   *
   * @param dx counts to the right
   * @param dy counts down
   * @param dz wheel clicks towards the user
   * @param buttons bits 0 to 4: left, right, middle, fourth, fifth
   */
  public void move(int dx, int dy, int dz, int buttons) {
    motion.add(dx, dy, dz, buttons);
    sample();
  }

  /** A movement towards a place, as {@link io.transvisor.core.input.InputSink#guide}. */
  public void guide(int dx, int dy, int dz, int buttons) {
    motion.addGuided(dx, dy, dz, buttons);
    sample();
  }

  /** A movement to an edge, as {@link io.transvisor.core.input.InputSink#push}. */
  public void push(int dx, int dy, int buttons) {
    motion.addApart(dx, dy, buttons);
    sample();
  }

  /**
   * @param listener told on the vCPU thread when the host switches movement reports on: whoever
   *     draws the pointer there has just put it somewhere
   */
  public void setEnableListener(Runnable listener) {
    enableListener = listener;
  }

  /**
   * Sends a packet if there is news, the host has taken the one before, and the sample period has
   * passed.
   */
  private void sample() {
    if (!enabled || remote || wrap || dataWaiting() || !motion.isPending()) {
      return;
    }
    long now = events.clock().nanos();
    if (now < nextSample) {
      sampleTimer.scheduleAt(nextSample);
      return;
    }
    nextSample = now + NANOS_PER_SECOND / rate;
    send(packet(doubled));
  }

  @Override
  void drained() {
    sample();
  }

  private int[] packet(boolean scale) {
    int wheelLimit = type == FIVE_BUTTONS ? 7 : type == WHEEL ? 127 : 0;
    int guidedLimit = Math.clamp(GUIDED_COUNTS_PER_SECOND / rate, 1, GUIDED_COUNTS_PER_PACKET);
    MouseMotion.Sample s = motion.next(wheelLimit, guidedLimit);
    int dx = scale ? doubled(s.dx()) : s.dx();
    int dy = scale ? doubled(s.dy()) : s.dy();
    int first = 0x08 | s.buttons() & 7 | (dx < 0 ? 0x10 : 0) | (dy < 0 ? 0x20 : 0);
    return switch (type) {
      case WHEEL -> new int[] {first, dx, dy, s.dz()};
      case FIVE_BUTTONS -> new int[] {first, dx, dy, s.dz() & 0x0F | (s.buttons() & 0x18) << 1};
      default -> new int[] {first, dx, dy};
    };
  }

  /** Scaling 2:1: small movements become slower, larger ones twice as fast. */
  private static int doubled(int count) {
    int magnitude =
        switch (Math.abs(count)) {
          case 0 -> 0;
          case 1, 2 -> 1;
          case 3 -> 3;
          case 4 -> 6;
          case 5 -> 9;
          default -> Math.min(255, 2 * Math.abs(count));
        };
    return count < 0 ? -magnitude : magnitude;
  }

  // ---- commands ----

  @Override
  void receive(int value) {
    dropData();
    if (wrap && value != RESET && value != RESET_WRAP) {
      reply(value);
      return;
    }
    int command = pendingCommand;
    pendingCommand = 0;
    switch (command) {
      case SET_RESOLUTION -> setResolution(value);
      case SET_RATE -> setRate(value);
      default -> command(value);
    }
    sample();
  }

  private void command(int value) {
    switch (value) {
      case SET_SCALING_1_1, SET_SCALING_2_1 -> {
        doubled = value == SET_SCALING_2_1;
        reply(ACKNOWLEDGE);
      }
      case SET_RESOLUTION, SET_RATE -> {
        pendingCommand = value;
        reply(ACKNOWLEDGE);
      }
      case STATUS_REQUEST -> reply(ACKNOWLEDGE, status(), resolution, rate);
      case READ_DATA -> {
        reply(ACKNOWLEDGE);
        reply(packet(false));
      }
      case SET_WRAP, RESET_WRAP -> {
        wrap = value == SET_WRAP;
        motion.discardMovement();
        reply(ACKNOWLEDGE);
      }
      case SET_STREAM, SET_REMOTE -> {
        remote = value == SET_REMOTE;
        motion.discardMovement();
        reply(ACKNOWLEDGE);
      }
      case READ_TYPE -> reply(ACKNOWLEDGE, type);
      case ENABLE, DISABLE -> {
        enabled = value == ENABLE;
        if (enabled) {
          enableListener.run();
        }
        motion.discardMovement();
        reply(ACKNOWLEDGE);
      }
      case SET_DEFAULT -> {
        restoreDefaults();
        reply(ACKNOWLEDGE);
      }
      case RESEND_LAST -> resend();
      case RESET -> {
        dropAll();
        restoreDefaults();
        type = STANDARD;
        reply(ACKNOWLEDGE, SELF_TEST_PASSED, STANDARD);
      }
      default -> reply(RESEND);
    }
  }

  private int status() {
    int buttons = motion.buttons();
    return (remote ? 0x40 : 0)
        | (enabled ? 0x20 : 0)
        | (doubled ? 0x10 : 0)
        | (buttons & 1) << 2
        | (buttons & 4) >> 1
        | (buttons & 2) >> 1;
  }

  private void setResolution(int value) {
    if (value > 3) {
      pendingCommand = SET_RESOLUTION;
      reply(RESEND);
      return;
    }
    resolution = value;
    reply(ACKNOWLEDGE);
  }

  private void setRate(int value) {
    if (value == 0 || value > 200) {
      pendingCommand = SET_RATE;
      reply(RESEND);
      return;
    }
    oldestRate = olderRate;
    olderRate = rate;
    rate = value;
    if (oldestRate == 200 && rate == 80) {
      if (olderRate == 100) {
        type = WHEEL;
      } else if (olderRate == 200) {
        type = FIVE_BUTTONS;
      }
    }
    reply(ACKNOWLEDGE);
  }

  private void restoreDefaults() {
    sampleTimer.cancel();
    rate = DEFAULT_RATE;
    olderRate = 0;
    oldestRate = 0;
    resolution = DEFAULT_RESOLUTION;
    doubled = false;
    enabled = false;
    remote = false;
    wrap = false;
    pendingCommand = 0;
    nextSample = 0;
    motion.discardMovement();
  }

  // ---- life ----

  @Override
  public String name() {
    return "mouse";
  }

  @Override
  public void reset(ResetKind kind) {
    if (kind == ResetKind.POWER_ON) {
      motion.releaseButtons();
    }
    dropAll();
    restoreDefaults();
    type = STANDARD;
  }

  @Override
  public void save(StateWriter out) {
    save("queue", out);
    motion.save(out);
    out.putInt("type", type);
    out.putInt("pendingCommand", pendingCommand);
    out.putInt("rate", rate);
    out.putInt("olderRate", olderRate);
    out.putInt("oldestRate", oldestRate);
    out.putInt("resolution", resolution);
    out.putBoolean("doubled", doubled);
    out.putBoolean("enabled", enabled);
    out.putBoolean("remote", remote);
    out.putBoolean("wrap", wrap);
    out.putLong("nextSample", nextSample);
  }

  @Override
  public void load(StateReader in) {
    load("queue", in);
    motion.load(in);
    type = in.getInt("type");
    pendingCommand = in.getInt("pendingCommand");
    rate = in.getInt("rate");
    olderRate = in.getInt("olderRate");
    oldestRate = in.getInt("oldestRate");
    resolution = in.getInt("resolution");
    doubled = in.getBoolean("doubled");
    enabled = in.getBoolean("enabled");
    remote = in.getBoolean("remote");
    wrap = in.getBoolean("wrap");
    nextSample = in.getLong("nextSample");
    sample();
  }
}
