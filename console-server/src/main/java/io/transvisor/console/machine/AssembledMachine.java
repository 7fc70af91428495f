package io.transvisor.console.machine;

import io.transvisor.core.input.InputSink;
import io.transvisor.core.machine.Machine;

/** A machine and what a console needs beside its screen. */
public record AssembledMachine(Machine machine, InputSink input) {}
