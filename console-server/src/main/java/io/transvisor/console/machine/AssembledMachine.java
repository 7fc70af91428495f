package io.transvisor.console.machine;

import io.transvisor.core.machine.Machine;
import io.transvisor.device.board.PcBoard;

/** A machine and its board, for what a console does beside showing the screen. */
public record AssembledMachine(Machine machine, PcBoard board) {}
