package io.transvisor.device.ide;

import io.transvisor.core.clock.EventQueue;
import io.transvisor.core.machine.MachineControl;
import java.util.concurrent.Executor;

/**
 * What the drives of one controller use of the machine.
 *
 * @param io runs host I/O; ignored if {@code deterministic}
 * @param deterministic host I/O is done at once, on the vCPU thread, so that completion times
 *     depend on guest time only
 */
record IdeHost(
    EventQueue events,
    MachineControl control,
    Executor io,
    boolean deterministic,
    IdeTiming timing) {}
