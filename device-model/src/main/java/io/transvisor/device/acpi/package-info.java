/**
 * The tables by which firmware describes the machine to operating systems: ACPI 1.0b tables with
 * their AML, and SMBIOS 2.8 structures. Pure builders of bytes; no device behaviour.
 */
package io.transvisor.device.acpi;
