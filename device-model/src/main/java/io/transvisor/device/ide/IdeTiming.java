package io.transvisor.device.ide;

/**
 * The least time drives take, in nanoseconds of guest time. A drive that interrupts before the
 * driver that gave the command has left its start routine surprises drivers which real drives never
 * surprised.
 *
 * @param command from a command to its completion or first data
 * @param block from one block of a PIO transfer to the next, and from the start of the bus master
 *     to the end of a transfer
 */
public record IdeTiming(long command, long block) {
  /** Fast for a drive, slow enough for every driver we know. */
  public static final IdeTiming DEFAULT = new IdeTiming(60_000, 10_000);

  /**
   * For installing Windows 2000, whose setup fills the disk with a log if writes finish too soon:
   * see its known trouble with drives that are faster than any drive of its time.
   */
  public static final IdeTiming SLOW = new IdeTiming(1_000_000, 20_000);
}
