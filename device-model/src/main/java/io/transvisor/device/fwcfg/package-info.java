/**
 * QEMU's firmware configuration device, through which SeaBIOS learns memory size, boot order and
 * the ACPI and SMBIOS tables. What the items contain is decided elsewhere.
 */
package io.transvisor.device.fwcfg;
