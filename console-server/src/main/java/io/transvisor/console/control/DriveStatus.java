package io.transvisor.console.control;

/**
 * A drive as an operator sees it.
 *
 * @param name as QEMU names it, for example {@code ide1-cd0}
 * @param kind {@code floppy}, {@code disk} or {@code cdrom}
 * @param medium path of the image in the drive, or null
 * @param locked whether the guest has locked the tray
 */
public record DriveStatus(
    String name,
    String kind,
    boolean removable,
    String medium,
    boolean readOnly,
    boolean trayOpen,
    boolean locked) {}
