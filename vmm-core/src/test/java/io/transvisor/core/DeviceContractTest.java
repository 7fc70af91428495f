package io.transvisor.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.transvisor.core.device.Device;
import io.transvisor.core.device.ResetKind;
import io.transvisor.core.device.StateMap;
import io.transvisor.core.memory.MmioHandler;
import io.transvisor.core.port.PortHandler;
import io.transvisor.core.port.PortSpace;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/**
 * What every device keeps to. A device's test extends this class and says how to make one and how
 * to stir it up; the contract tests then run beside its own.
 */
public abstract class DeviceContractTest {
  /**
   * A range whose peek must not change anything.
   *
   * @param what for the failure message
   * @param length offsets 0 to length - 1 are peeked
   * @param peek peeks one byte at an offset
   */
  protected record Peekable(String what, int length, IntConsumer peek) {
    public static Peekable ports(String what, int count, PortHandler handler) {
      return new Peekable(what, count, offset -> handler.peek(offset, 1));
    }

    public static Peekable ports(String what, int base, int count, PortSpace space) {
      return new Peekable(what, count, offset -> space.peek(base + offset));
    }

    public static Peekable mmio(String what, int length, MmioHandler handler) {
      return new Peekable(what, length, offset -> handler.peek(offset, 1));
    }
  }

  /** A new device with collaborators of its own, not yet reset. Called more than once in a test. */
  protected abstract Device newDevice();

  /**
   * Brings a device, fresh from reset, into a state as far from that as its guest interface allows.
   */
  protected abstract void disturb(Device device);

  /** The ranges of this device, made by {@link #newDevice}, that debuggers may peek at. */
  protected List<Peekable> peekables(Device device) {
    return List.of();
  }

  @Test
  void hasAName() {
    assertThat(newDevice().name()).isNotBlank();
  }

  @Test
  void loadedStateSavesAsTheSameState() {
    Device first = newDevice();
    first.reset(ResetKind.POWER_ON);
    disturb(first);
    StateMap saved = saved(first);

    Device second = newDevice();
    second.reset(ResetKind.POWER_ON);
    second.load(saved);

    assertThat(comparable(saved(second))).isEqualTo(comparable(saved));
  }

  @Test
  void stateOfAResetDeviceCanBeLoadedOverAnyOther() {
    Device first = newDevice();
    first.reset(ResetKind.POWER_ON);
    StateMap saved = saved(first);

    Device second = newDevice();
    second.reset(ResetKind.POWER_ON);
    disturb(second);
    second.load(saved);

    assertThat(comparable(saved(second))).isEqualTo(comparable(saved));
  }

  @Test
  void resetTwiceIsResetOnce() {
    Device device = newDevice();
    device.reset(ResetKind.POWER_ON);
    disturb(device);
    device.reset(ResetKind.HARD);
    Map<String, Object> once = comparable(saved(device));
    device.reset(ResetKind.HARD);

    assertThat(comparable(saved(device))).isEqualTo(once);
  }

  @Test
  void powerOnResetForgetsEverything() {
    Device device = newDevice();
    device.reset(ResetKind.POWER_ON);
    Map<String, Object> fresh = comparable(saved(device));
    disturb(device);
    device.reset(ResetKind.POWER_ON);

    assertThat(withoutTimes(comparable(saved(device)))).isEqualTo(withoutTimes(fresh));
  }

  @Test
  void peekHasNoEffect() {
    Device device = newDevice();
    device.reset(ResetKind.POWER_ON);
    disturb(device);
    Map<String, Object> before = comparable(saved(device));
    for (Peekable range : peekables(device)) {
      for (int offset = 0; offset < range.length(); offset++) {
        range.peek().accept(offset);
        assertThat(comparable(saved(device)))
            .as("%s after a peek at offset 0x%x", range.what(), offset)
            .isEqualTo(before);
      }
    }
  }

  /** The state of a device as it saves it. */
  protected static StateMap saved(Device device) {
    StateMap state = new StateMap();
    device.save(state);
    return state;
  }

  /** State in a form that {@code equals} compares by content. */
  protected static Map<String, Object> comparable(StateMap state) {
    Map<String, Object> result = new TreeMap<>();
    state
        .values()
        .forEach((name, value) ->
            result.put(
                name,
                switch (value) {
                  case byte[] bytes -> Arrays.hashCode(bytes) + ":" + shortened(bytes);
                  case int[] ints -> Arrays.toString(ints);
                  default -> value;
                }));
    return result;
  }

  private static String shortened(byte[] bytes) {
    return bytes.length <= 1024
        ? Arrays.toString(bytes)
        : bytes.length + " bytes, " + Arrays.toString(Arrays.copyOf(bytes, 64)) + "...";
  }

  /**
   * Points in guest time (kept as 64-bit values) move on between two resets; everything else must
   * not.
   */
  private static Map<String, Object> withoutTimes(Map<String, Object> state) {
    state.values().removeIf(Long.class::isInstance);
    return state;
  }
}
