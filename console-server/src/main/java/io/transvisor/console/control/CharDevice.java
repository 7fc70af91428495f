package io.transvisor.console.control;

/**
 * A stream of characters to or from the machine.
 *
 * @param label as QEMU names it, for example {@code serial0}
 * @param backEnd where it goes, as the option said
 */
public record CharDevice(String label, String backEnd) {}
