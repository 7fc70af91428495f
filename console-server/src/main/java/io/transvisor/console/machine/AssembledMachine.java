package io.transvisor.console.machine;

import io.transvisor.core.machine.Machine;
import io.transvisor.device.board.PcBoard;
import java.util.List;

/** A machine, its board and its drives, for what a console does beside showing the screen. */
public record AssembledMachine(Machine machine, PcBoard board, List<DriveBay> drives) {}
