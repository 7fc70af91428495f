package io.transvisor.console.control;

import java.util.List;
import java.util.SortedMap;

/**
 * The machine at one moment.
 *
 * @param nanoTime when this was read, as {@link System#nanoTime}
 * @param uptimeNanos since the machine was started
 * @param halted whether the CPU waits for an interrupt
 * @param counters name to value, as {@link io.transvisor.core.machine.Machine#counters}, the drives
 *     included
 */
public record MachineStatus(
    long nanoTime,
    long uptimeNanos,
    boolean paused,
    boolean halted,
    SortedMap<String, Long> counters,
    List<DriveStatus> drives) {}
